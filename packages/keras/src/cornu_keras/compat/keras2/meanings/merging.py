"""`Merge` and `merge` of Keras 1, which put several inputs together in a way said by a word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cornu.base.layer import KerasTensor, Layer
from cornu.plugins import registry
from cornu_engine import tree

__all__ = ["Merge", "merge", "_Merge"]

_MODES = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "concat": "Concatenate",
    "dot": "Dot",
    "cos": "Dot",
}


class _Merge(Layer):
    """A layer of one's own that puts several inputs together: write `_merge_function(inputs)`."""

    def _merge_function(self, inputs: Sequence[Any]) -> Any:
        raise NotImplementedError(
            f"{type(self).__name__} must define _merge_function(self, inputs)."
        )

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Put inputs together, of which there are two or more."""
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise ValueError(
                f"A merge layer should be called on a list of at least 2 inputs. Got {inputs!r}"
            )
        return super().__call__(inputs, *args, **kwargs)

    def call(self, inputs: Sequence[Any]) -> Any:
        """Return what the function makes of the inputs."""
        return self._merge_function(inputs)

    def compute_output_shape(self, input_shape: Sequence[Sequence[int | None]]) -> Any:
        """Return the shape that all inputs broadcast to; the function may know one batch size."""
        rank = max(map(len, input_shape))
        raised = [(1,) * (rank - len(shape)) + tuple(shape) for shape in input_shape]
        columns = zip(*raised, strict=True)
        return tuple(None if None in sizes else max(sizes) for sizes in columns)


class Merge(Layer):
    """Put several inputs together.

    Parameters
    ----------
    layers : list of Layer, optional
        Whose outputs are put together, if the layer is the first of a Sequential model.
    mode : str or callable
        `"sum"`, `"mul"`, `"ave"`, `"max"`, `"concat"`, `"dot"`, `"cos"`, or a function of the list
        of inputs.
    concat_axis : int
        For `"concat"`.
    dot_axes : int, or pair of them
        For `"dot"` and `"cos"`.
    output_shape : optional
        Accepted: the shape of the output comes from the function.
    output_mask : optional
        For a function: the mask of its output.
    arguments : dict, optional
        For a function: more arguments.
    node_indices, tensor_indices : list of int, optional
        Which call, and which output of each layer.
    name : str, optional
    """

    joined: tuple[list[Any], Any] | None = None  # the inputs of the branches, and the output

    def __init__(
        self,
        layers: Sequence[Any] | None = None,
        mode: str | Callable[..., Any] = "sum",
        concat_axis: int = -1,
        dot_axes: Any = -1,
        output_shape: Any = None,
        output_mask: Any = None,
        arguments: dict[str, Any] | None = None,
        node_indices: Sequence[int] | None = None,
        tensor_indices: Sequence[int] | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        if not callable(mode) and mode not in _MODES:
            raise ValueError(f"Invalid merge mode: {mode!r}. There are {', '.join(_MODES)}.")
        self.mode = mode
        self.concat_axis = concat_axis
        self.dot_axes = dot_axes
        self.mask_of_output = output_mask
        self.arguments = arguments or {}
        self.merging = None if callable(mode) else _merging(mode, concat_axis, dot_axes)
        if layers:
            self.branches = list(layers)
            places = node_indices or [0] * len(layers)
            outputs = [x.get_output_at(n) for x, n in zip(layers, places, strict=True)]
            if tensor_indices:
                outputs = [
                    tree.flatten(out)[i] for out, i in zip(outputs, tensor_indices, strict=True)
                ]
            inputs = [t for branch in layers for t in tree.flatten(branch.get_input_at(0))]
            distinct = list({id(t): t for t in inputs}.values())
            self.joined = (distinct, self(outputs))

    def call(self, inputs: Any) -> Any:
        """Return what becomes of the inputs."""
        if self.merging is None:
            assert callable(self.mode)
            return self.mode(inputs, **self.arguments)
        return self.merging(inputs)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the mask of the output: that of the way of merging, or the one that was given."""
        if self.merging is not None:
            return self.merging.compute_mask(inputs, mask)
        return self.mask_of_output(mask) if callable(self.mask_of_output) else self.mask_of_output


def merge(
    inputs: Sequence[KerasTensor],
    mode: str | Callable[..., Any] = "sum",
    concat_axis: int = -1,
    dot_axes: Any = -1,
    output_shape: Any = None,
    output_mask: Any = None,
    arguments: dict[str, Any] | None = None,
    name: str | None = None,
) -> Any:
    """Return several tensors put together.

    Parameters
    ----------
    inputs : list of KerasTensor
    mode, concat_axis, dot_axes, output_shape, output_mask, arguments, name
        As in `Merge`.
    """
    if not callable(mode):
        if mode not in _MODES:
            raise ValueError(f"Invalid merge mode: {mode!r}. There are {', '.join(_MODES)}.")
        return _merging(mode, concat_axis, dot_axes, name)(list(inputs))
    layer = _named("Lambda")(
        mode, output_shape=output_shape, mask=output_mask, arguments=arguments, name=name
    )
    return layer(list(inputs))


def _merging(mode: str, concat_axis: int, dot_axes: Any, name: str | None = None) -> Any:
    cls = _named(_MODES[mode])
    if mode == "concat":
        return cls(axis=concat_axis, name=name)
    if mode in ("dot", "cos"):
        return cls(axes=dot_axes, normalize=mode == "cos", name=name)
    return cls(name=name)


def _named(name: str) -> Any:
    return registry.lookup("layer", name)
