"""What a layer expects of its input, and errors that say how to mend an input that differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cornu_data.shapes import SymbolicShape, as_shape, show_shape
from cornu_data.text import value_dtype
from cornu_engine import tree
from cornu_engine.errors import ShapeError


class InputSpec:
    """What one input of a layer must be like.

    Parameters
    ----------
    dtype : str, optional
        Exact dtype.
    shape : tuple of int or None, optional
        With the batch axis; `None` where any size will do. Sets `ndim`.
    ndim, max_ndim, min_ndim : int, optional
        Rank, with the batch axis.
    axes : dict of int to int, optional
        Sizes of some axes, as `{-1: 64}`.
    allow_last_axis_squeeze : bool
        Whether a last axis of size 1 may be missing or added.
    name : str, optional
        Key of the input where inputs are passed as a dict.
    optional : bool
        Whether None may be passed.

    Examples
    --------
    >>> InputSpec(min_ndim=2, axes={-1: 64})
    InputSpec(min_ndim=2, axes={-1: 64})
    """

    def __init__(
        self,
        dtype: str | None = None,
        shape: Sequence[int | None] | None = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: Mapping[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype = None if dtype is None else value_dtype(dtype)
        self.shape: SymbolicShape | None = None if shape is None else as_shape(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name = name
        self.optional = optional

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal object."""
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes", "optional")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputSpec:
        """Make the specification from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        shown = {name: value for name, value in self.get_config().items() if value}
        if self.shape is not None:
            shown.pop("ndim", None)
        return f"InputSpec({', '.join(f'{name}={value}' for name, value in shown.items())})"


def check_input(spec: Any, inputs: Any, where: Callable[[], str]) -> None:
    """Raise ShapeError unless `inputs` meet the specification of `layer`.

    Parameters
    ----------
    spec : InputSpec, nested structure of them, or None
    inputs : value or nested structure of values
    where : callable
        Returns the path of the layer with its class, for the message.

    Examples
    --------
    >>> check_input(InputSpec(min_ndim=2), np.ones(3), lambda: "dense (Dense)")
    Traceback (most recent call last):
    cornu_engine.errors.ShapeError: Layer dense (Dense) expects an input of rank 2 or more, but got
    shape (None,) of rank 1. \
Add an axis with x[:, None], or a Reshape layer before it.
    """
    specs = tree.flatten(spec)
    names = [s.name for s in specs if s is not None]
    if isinstance(inputs, dict) and len(names) == len(specs) and all(names):
        missing = [name for name in names if name not in inputs]
        if missing:
            raise ShapeError(
                f"Layer {where()} expects a dict with the keys {names}; {missing} of them are "
                f"missing from {list(inputs)}."
            )
        values = [inputs[name] for name in names]
    else:
        values = tree.flatten(inputs)
    if len(values) != len(specs):
        one = "one value: join several first, for example with Concatenate()"
        raise ShapeError(
            f"Layer {where()} expects {len(specs)} input(s), but got {len(values)}. Pass "
            f"{one if len(specs) == 1 else f'a list of {len(specs)} values'}."
        )
    for value, one in zip(values, specs, strict=True):
        if one is not None and not (value is None and one.optional):
            problem = _problem(one, value)
            if problem:
                which = f" {one.name!r}" if len(specs) > 1 and one.name else ""
                raise ShapeError(f"Layer {where()} expects an input{which} {problem}")


def _problem(spec: InputSpec, value: Any) -> str:
    """Say what is expected, what was found and what would mend it; an empty text if all is well."""
    if not hasattr(value, "shape"):
        return (
            f"that is an array, but got {value!r}. Pass a NumPy array, or a symbolic tensor made "
            "by cornu.Input."
        )
    shape = tuple(value.shape)
    got = f"but got shape {show_shape(shape)}"
    rank = len(shape)
    if spec.ndim is not None and not spec.allow_last_axis_squeeze and rank != spec.ndim:
        return f"of rank {spec.ndim}, {got} of rank {rank}. {_mend_rank(spec.ndim, shape)}"
    if spec.min_ndim is not None and rank < spec.min_ndim:
        mend = _mend_rank(spec.min_ndim, shape)
        return f"of rank {spec.min_ndim} or more, {got} of rank {rank}. {mend}"
    if spec.max_ndim is not None and rank > spec.max_ndim:
        mend = _mend_rank(spec.max_ndim, shape)
        return f"of rank {spec.max_ndim} or less, {got} of rank {rank}. {mend}"
    if spec.dtype is not None and value_dtype(value.dtype) != spec.dtype:
        dtype = value_dtype(value.dtype)
        return f"of dtype {spec.dtype}, but got {dtype}. Convert it: x.astype({spec.dtype!r})."
    for axis, size in spec.axes.items():
        if size is not None and -rank <= axis < rank and shape[axis] not in (size, None):
            return f"whose axis {axis} has size {size}, {got}. {_mend_axis(axis, size, shape)}"
    if spec.shape is not None:
        return _shape_problem(spec, shape, got)
    return ""


def _shape_problem(spec: InputSpec, shape: tuple, got: str) -> str:
    expected = spec.shape or ()
    if spec.allow_last_axis_squeeze:
        shape = shape[:-1] if shape and shape[-1] == 1 else shape
        expected = expected[:-1] if expected and expected[-1] == 1 else expected
    if len(shape) != len(expected):
        return f"of shape {spec.shape}, {got}. {_mend_rank(len(expected), shape)}"
    for axis, (want, have) in enumerate(zip(expected, shape, strict=True)):
        if None not in (want, have) and want != have:
            return f"of shape {spec.shape}, {got}. {_mend_axis(axis, want, shape)}"
    return ""


def _mend_rank(wanted: int, shape: tuple) -> str:
    if wanted == len(shape) + 1:
        if wanted == 2:
            return "Add an axis with x[:, None], or a Reshape layer before it."
        tail = (*shape[1:], 1)
        return f"Add a channel axis with x[..., None], or Reshape({tail}) before it."
    if wanted == 2:
        return "Add a Flatten() layer before it."
    return "Add a Reshape layer before it, or change the data."


def _mend_axis(axis: int, size: Any, shape: tuple) -> str:
    if axis in (-1, len(shape) - 1):
        return (
            f"Its weights were made for {size} features: give it {size}, or make a new layer for "
            f"{shape[axis]}."
        )
    return "Change the data, or the shape the model was described with."
