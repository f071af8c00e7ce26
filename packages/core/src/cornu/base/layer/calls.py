"""What happens when a layer is called: casting, checks, building, masks, training, losses."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.base.layer.context import CallContext, current_call
from cornu.base.layer.explaining import add_note, made_anew, merge_hint
from cornu.base.layer.weights import Weights
from cornu.base.overriding import open_signature
from cornu_data.constructors import sign_by_init
from cornu_data.input_spec import InputSpec, check_input
from cornu_data.shapes import as_shape, show_shapes
from cornu_data.symbolic.inference import infer
from cornu_data.symbolic.keras_tensor import CallNode, KerasTensor
from cornu_data.symbolic.masks import get_mask, given_mask, masks_in, set_mask, without_masks
from cornu_data.symbolic.signature import (
    is_numbers,
    is_value,
    shapes_for,
    signature_of,
    value_arguments,
)
from cornu_data.text import is_text, text_beside
from cornu_data.tracebacks import leave_out
from cornu_engine import tree
from cornu_engine.allowance import spend
from cornu_engine.config import learning_phase
from cornu_engine.depth import make_room
from cornu_engine.dtypes import FLOATS
from cornu_engine.errors import DataError
from cornu_engine.trace import TRACING, convert, find_symbolic
from cornu_engine.values import read_only
from cornu_ops.remat import RematScope, rematerialized

_ONE_VALUE = InputSpec()
_WORK_OF_A_CALL = 100  # in nodes


class Calls(Weights):
    """The part of `Layer` that turns a call into `build` and `call`."""

    autocast: bool
    compute_dtype: str
    input_spec: Any
    activity_regularizer: Any
    _build_shapes: dict[str, Any] | None
    _building: bool
    _made_within: bool  # a call of another layer, or a step that is being traced
    _is_part = False  # whether it has become a part of another
    _initial_weights: Any
    _convert_input_args = True
    _remat: RematScope | None = None  # what it was made in
    numbers = True  # whether a program can compute it
    on_host = False  # whether `call` works on arrays in front of the program: see `HostLayer`
    one_input = False  # whether the first argument of `call` is one value, never several

    # Building

    @open_signature
    def build(self, input_shape: Any) -> None:
        """Make the weights that depend on the input's shape. Subclasses write this.

        Theirs may call this one, at its start or end: that marks the layer as built, and no more.

        Parameters
        ----------
        input_shape : tuple, or nested structure of tuples
            With the batch axis, which is None where open.
        """
        if self._inherits("build") and any(not layer.built for layer in self._parts.layers):
            self._build_by_running(input_shape)

    def _build_by_running(self, input_shape: Any) -> None:
        """Let the layers inside be built by being called."""
        if input_shape is not None:
            tensors = tree.map_shape_structure(
                lambda s: KerasTensor(s, self.compute_dtype), input_shape
            )
            self._trace_once(tensors)

    def _trace_once(self, *args: Any, **kwargs: Any) -> Any:
        """Run the layer on stand-ins for symbolic tensors; return symbolic outputs."""
        try:
            return infer(self._run, args, kwargs, owner=self._where())
        finally:
            self._clear_losses()  # those of a trace that only asked for shapes

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.build = _marking_built(cls.__dict__["build"])  # type: ignore[method-assign]
        sign_by_init(cls)

    def _ensure_built(self, arguments: dict[str, Any]) -> None:
        if not self.built and not self._building and not self._inherits("build"):
            self.build(**shapes_for(self.build, arguments, self._where()))

    def get_build_config(self) -> dict[str, Any] | None:
        """Return the shapes the layer was built with, for `build_from_config`."""
        if self._build_shapes is None:
            return None
        if len(self._build_shapes) == 1:
            return {"input_shape": next(iter(self._build_shapes.values()))}
        return {"shapes_dict": dict(self._build_shapes)}

    def build_from_config(self, config: dict[str, Any] | None) -> None:
        """Build the layer as `get_build_config` describes."""
        if config and config.get("input_shape") is not None:
            self.build(_as_shapes(config["input_shape"]))
        elif config and "shapes_dict" in config:
            self.build(**{name: _as_shapes(shape) for name, shape in config["shapes_dict"].items()})

    # Calling

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs from the inputs. Subclasses write this, with operators and
        `cornu.ops`.

        Parameters
        ----------
        inputs : value or nested structure of values
            Of the floating dtype the layer computes in; integers and booleans as they came.
        **kwargs
            `training` (bool) and `mask`, where the layer names them.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must define call(self, inputs), which computes its outputs "
            "with cornu.ops."
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Apply the layer: compute on arrays and traced values, describe on symbolic tensors."""
        self._check_initialised()
        spend(_WORK_OF_A_CALL)
        make_room()
        try:
            if find_symbolic(args) or (kwargs and find_symbolic(kwargs.values())):
                outputs = self._symbolic_call(args, kwargs)
                CallNode(self, args, kwargs, outputs)
                return outputs
            return self._run(*args, **kwargs)
        except Exception as error:
            leave_out(error)
            raise

    def _run(self, *args: Any, **kwargs: Any) -> Any:
        """Call the layer on arrays or traced values."""
        info = signature_of(self.call)
        given = {
            k: kwargs.pop(k) for k in ("training", "mask") if k in kwargs and not info.accepts(k)
        }
        args, kwargs = self._converted(args, kwargs)
        arguments = info.bind(args, kwargs, self._where())
        first = info.first_of(arguments)
        outer = current_call()
        fresh = not self.built
        if outer is None:
            self._clear_losses()
        with self._scope():
            self._check_inputs(first)
            if not self.built or self._building:
                with TRACING:
                    self._ensure_built(arguments)
            training = self._resolve_training(info, arguments, given, outer)
            if training is not None and info.accepts("training"):
                kwargs["training"] = training
            masks = self._fill_masks(info, arguments, first, kwargs)
            previous = given.get("mask") if given.get("mask") is not None else masks
            if "training" in kwargs or "mask" in kwargs or masks is not None:
                args, kwargs = _without_duplicates(info, args, kwargs)
            entry = outer.entry if outer else self
            with CallContext(entry, training, self._weights_cast_to()):
                outputs = self._explained(args, kwargs, first)
                if not self.built:
                    self.built = True
                if fresh and self._made_within and not self._is_part and self.weights:
                    raise ValueError(made_anew(self))
                if self.activity_regularizer is not None:
                    self._regularize(outputs)
                return self._masked(first, outputs, previous)

    def _symbolic_call(self, args: tuple, kwargs: dict) -> Any:
        info = signature_of(self.call)
        named = {
            k: v for k, v in kwargs.items() if k not in ("training", "mask") or info.accepts(k)
        }
        arguments = info.bind(args, named, self._where())
        first = info.first_of(arguments)
        with self._scope():
            self._check_inputs(first)
            for x in tree.flatten(first):
                if is_text(x):
                    self._check_text(x)
            with TRACING:
                self._ensure_built(arguments)
            outputs = self.compute_output_spec(*args, **kwargs)
        self.built = True
        return outputs

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return symbolic tensors with the shapes and dtypes that a call would return.

        It comes from `compute_output_shape` where the layer defines it, else from tracing `call`.
        """
        if not self._inherits("compute_output_shape") and all(
            x.built for x in self._flatten_layers()[1:]
        ):
            info = signature_of(self.call)
            named = {
                k: v for k, v in kwargs.items() if k not in ("training", "mask") or info.accepts(k)
            }
            arguments = info.bind(args, named, self._where())
            shapes = self.compute_output_shape(
                **shapes_for(self.compute_output_shape, arguments, self._where())
            )
            outputs = tree.map_shape_structure(lambda s: KerasTensor(s, self._output_dtype), shapes)
            self._mask_symbolic(info.first_of(arguments), outputs)
            return outputs
        return self._trace_once(*args, **kwargs)

    @property
    def _output_dtype(self) -> str:
        """Dtype of outputs whose shapes `compute_output_shape` gives."""
        return self.compute_dtype

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Return symbolic outputs without recording the call."""
        return self._symbolic_call(args, kwargs)

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """Return the shape of the output for a shape of the input.

        Parameters
        ----------
        input_shape : tuple, or nested structure of tuples
            With the batch axis, which may be None.

        Examples
        --------
        >>> from cornu import ops
        >>> from cornu.base import Layer
        >>> class Double(Layer):
        ...     def call(self, x):
        ...         return ops.concatenate([x, x], axis=-1)
        >>> Double().compute_output_shape((None, 3))
        (None, 6)
        """
        shapes = kwargs or {"inputs_shape": args[0] if len(args) == 1 else list(args)}
        tensors = {
            name.removesuffix("_shape"): tree.map_shape_structure(
                lambda s: KerasTensor(s, self.compute_dtype), shape
            )
            for name, shape in shapes.items()
        }
        args, named = (tuple(tensors.values()), {}) if len(tensors) == 1 else ((), tensors)
        # traced, not asked: a subclass that extends this method is asked by compute_output_spec
        spec = self._trace_once if self._inherits("compute_output_spec") else None
        outputs = (spec or self.compute_output_spec)(*args, **named)
        return tree.map_structure(lambda t: t.shape, outputs)

    def _inherits(self, name: str) -> bool:
        """Whether a method is the base class's own."""
        return getattr(type(self), name) is getattr(Calls, name) and name not in self.__dict__

    def rematerialized_call(self, layer_call: Any, *args: Any, **kwargs: Any) -> Any:
        """Return `layer_call` as the `RematScope` says in which the layer was made."""
        return rematerialized(self, layer_call, self._remat, getattr(current_call(), "entry", self))

    # Steps of a call

    def _converted(self, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        if not self._convert_input_args:
            return args, kwargs
        if args and is_numbers(args[0]):
            args = (convert(args[0]), *args[1:])
        if not kwargs and len(args) == 1 and is_value(args[0]):
            return (self._cast(args[0]),), kwargs
        return tree.map_structure(self._cast, args), tree.map_structure(self._cast, kwargs)

    def _cast(self, x: Any) -> Any:
        if isinstance(x, (type, Calls)) or not (hasattr(x, "__array__") or hasattr(x, "dtype")):
            return x
        mask = get_mask(x)
        try:
            value = convert(x)
        except TypeError:
            if not is_text(x):
                raise
            self._check_text(x)
            return x
        if self.autocast and value.dtype.kind in FLOATS and value.dtype != self.compute_dtype:
            value = convert(value, self.compute_dtype)
        value = read_only(value)
        if mask is not None and value is not x:
            set_mask(value, mask)
        return value

    def _check_text(self, x: Any) -> None:
        """Raise DataError for text, unless a layer inside works on it."""
        if not any(layer.on_host for layer in self._flatten_layers()):
            raise DataError(
                text_beside(f"Layer {self._where()}", x, whole=bool(self._parts.layers))
            )

    def _weights_cast_to(self) -> str | None:
        computed = self.compute_dtype
        differs = self.autocast and computed != self.variable_dtype and "float" in computed
        return computed if differs else None

    def _check_inputs(self, first: Any) -> None:
        for x in tree.flatten(first):
            if isinstance(x, (str, type)) or (callable(x) and not is_value(x)):
                raise ValueError(
                    f"Layer {self._where()} was called on {x!r}, which is no value. Pass an array, "
                    "or a symbolic tensor made by cornu.Input."
                )
        spec = self._expected()
        if spec is not None:
            check_input(spec, first, self._where)

    def _expected(self) -> Any:
        spec = self.input_spec
        return _ONE_VALUE if spec is None and self.one_input else spec

    def _resolve_training(self, info: Any, arguments: dict, given: dict, outer: Any) -> bool | None:
        for value in (
            arguments.get("training", given.get("training")),
            outer.training if outer else None,
            info.defaults.get("training"),
            learning_phase(),
        ):
            if value is not None:
                if not isinstance(value, bool) and np.ndim(value):
                    raise TypeError(
                        f"{self._where()} was called with training=<array of {np.shape(value)}>, "
                        "not True or False. A call takes inputs alone; targets go to fit(x, y)."
                    )
                return bool(value)
        return None

    def _fill_masks(self, info: Any, arguments: dict, first: Any, kwargs: dict) -> Any:
        """Fill the mask arguments that were left open; return the mask of the first input."""
        mask = arguments.get("mask")
        if mask is None:
            mask = masks_in(first)
            if mask is not None and info.accepts("mask"):
                kwargs["mask"] = mask
        values = value_arguments(arguments) if info.masks else {}
        for target in info.masks:
            masks = masks_in(values.get(target.removesuffix("_mask")))
            if masks is not None and arguments.get(target) is None:
                kwargs[target] = masks
        return mask

    def _explained(self, args: tuple, kwargs: dict, first: Any) -> Any:
        call = self.call if self._remat is None else self.rematerialized_call(self.call)
        try:
            return call(*args, **kwargs)
        except Exception as error:
            if not getattr(error, "_cornu_layer", None):
                note = f"In layer {self._where()}, called on {show_shapes(first)}."
                add_note(error, note + merge_hint(first))
            raise

    def _regularize(self, outputs: Any) -> None:
        for output in tree.flatten(outputs):
            penalty = self.activity_regularizer(output)
            if output.ndim > 0:
                penalty = penalty / max(output.shape[0], 1)  # per sample, whatever the batch
            self.add_loss(penalty)

    # Masks

    def compute_mask(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the mask of the output. Subclasses that change or make masks write this.

        Parameters
        ----------
        inputs : value or structure of values
        previous_mask, mask : value, structure of values, or None
            That of the inputs, second in order: `previous_mask` in Keras 3, `mask` in Keras 2.
        """
        return given_mask(args, kwargs)

    @property
    def supports_masking(self) -> bool:
        """Whether a mask of the input lives on; settable, True where `compute_mask` is defined."""
        said = self.__dict__.get("_supports_masking")
        return not self._inherits("compute_mask") if said is None else said

    @supports_masking.setter
    def supports_masking(self, value: bool) -> None:
        self.__dict__["_supports_masking"] = bool(value)

    def _masked(self, first: Any, outputs: Any, previous: Any) -> Any:
        if previous is None and self._inherits("compute_mask"):
            return outputs
        if not self.supports_masking:
            unseen = not signature_of(self.call).accepts("mask")
            if unseen and any(m is not None for m in tree.flatten(previous)):
                warnings.warn(
                    f"Layer {self._where()} got an input with a mask but does not support masks, "
                    "so the mask ends here. Set self.supports_masking = True in __init__ to pass "
                    "it on.",
                    stacklevel=4,
                )
            return without_masks(outputs, first) if previous is not None else outputs
        flat = tree.flatten(outputs)
        if all(get_mask(x) is not None for x in flat):
            return outputs
        masks = self.compute_mask(first, previous)
        if masks is None:
            return outputs
        given = tree.flatten(first)
        marked = []
        for value, mask in zip(flat, tree.flatten(masks), strict=False):
            if mask is not None and get_mask(value) is None:
                if isinstance(value, np.ndarray) and any(value is x for x in given):
                    value = value.view()  # the user's own array must not come back with a mask
                set_mask(value, mask)
            marked.append(value)
        marked.extend(flat[len(marked) :])
        return tree.pack_sequence_as(outputs, marked)

    def _mask_symbolic(self, first: Any, outputs: Any) -> None:
        """Give symbolic outputs the masks that `compute_mask` would give."""
        previous = tree.map_structure(get_mask, first)
        if not self.supports_masking or (
            self._inherits("compute_mask") and all(m is None for m in tree.flatten(previous))
        ):
            return
        present: list[bool] = []

        def masks_only(inputs: Any, mask: Any) -> list[Any]:
            masks = tree.flatten(self.compute_mask(inputs, mask))
            present[:] = [m is not None for m in masks]
            return [m for m in masks if m is not None]

        found = iter(infer(masks_only, (first, previous), {}, owner=self._where()))
        for tensor, has_mask in zip(tree.flatten(outputs), present, strict=False):
            if has_mask:
                tensor._keras_mask = next(found)


def _marking_built(build: Callable) -> Callable:
    """Wrap a `build` so that it runs once, within the layer's path, and marks it as built."""
    if hasattr(build, "_marks_built"):
        return build

    @functools.wraps(build)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> None:
        if self._building:  # super().build(input_shape)
            build(self, *args, **kwargs)
            return
        self._check_initialised()
        with self._scope():
            self.__dict__["_building"] = True
            try:
                build(self, *args, **kwargs)
            except Exception as error:
                if not getattr(error, "_cornu_layer", None):
                    shapes = args[0] if args else next(iter(kwargs.values()), None)
                    note = f"Layer {self._where()} was being built for {shapes}."
                    add_note(error, note + merge_hint(shapes))
                raise
            finally:
                self.__dict__["_building"] = False
        self.__dict__["_build_shapes"] = signature_of(self.build).bind(args, kwargs, self._where())
        if not self._trainable:
            self.trainable = False  # of the weights and sublayers made just now, too
        self.built = True
        self._finish_build()

    wrapped._marks_built = True  # type: ignore[attr-defined]
    return wrapped


def _without_duplicates(info: Any, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """Drop positional arguments that are given by keyword now, as a mask that was found."""
    positional = [name for name in info.names[: len(args)] if name in kwargs]
    if not positional:
        return args, kwargs
    named = dict(zip(info.names, args, strict=False))
    keep = len(args) - len(positional)
    if list(info.names[: len(args)])[keep:] == positional:
        return args[:keep], kwargs
    return (), {**named, **kwargs}


def _as_shapes(structure: Any) -> Any:
    return tree.map_shape_structure(as_shape, structure)


Calls.build = _marking_built(Calls.build)  # type: ignore[method-assign]
