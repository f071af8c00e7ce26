"""Decorators that let functions take arguments by the names of Keras 1.

Layers of other people carry them; the layers here need none, since `old_names` knows them.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from cornu_keras.compat.keras2.meanings.old_names import as_keras2

__all__ = [
    "generate_legacy_interface",
    "generate_legacy_method_interface",
    "raise_duplicate_arg_error",
]

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
Preprocessor = Callable[[Any, dict[str, Any]], tuple[Any, dict[str, Any], list[Any]]]


def generate_legacy_interface(
    allowed_positional_args: Sequence[str] | None = None,
    conversions: Sequence[tuple[str, str]] | None = None,
    preprocessor: Preprocessor | None = None,
    value_conversions: Mapping[str, Mapping[Any, Any]] | None = None,
    object_type: str = "class",
) -> Decorator:
    """Return a decorator of a method that takes arguments by older names too.

    Parameters
    ----------
    allowed_positional_args : sequence of str, optional
        Those that may be given by place; all of them if this is None.
    conversions : sequence of (str, str), optional
        Older and present names.
    preprocessor : callable, optional
        Takes the arguments and returns them with a list of what it changed.
    value_conversions : mapping of str to mapping, optional
        Of an older name, what its values are called now.
    object_type : str
        `"class"` where the method is a constructor.

    Examples
    --------
    >>> @generate_legacy_interface(conversions=[("nb", "count")])
    ... def build(self, count):
    ...     return count
    >>> build(None, count=3)
    3
    """
    renamed, values = dict(conversions or ()), value_conversions or {}
    allowed = allowed_positional_args

    def legacy_support(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            is_class = object_type == "class"
            name = type(args[0]).__name__ if is_class else function.__name__
            changed: list[Any] = []
            if preprocessor is not None:
                args, kwargs, changed = preprocessor(args, kwargs)
            if allowed is not None and len(args) > len(allowed) + 1:
                raise TypeError(
                    f"`{name}` can accept only {len(allowed)} positional arguments "
                    f"{tuple(allowed)}, but you passed the following positional arguments: "
                    f"{list(args[1:])}"
                )
            for old in [key for key in kwargs if key in renamed]:
                value, new = kwargs.pop(old), renamed[old]
                if new in kwargs:
                    raise_duplicate_arg_error(old, new)
                kwargs[new] = values[old].get(value, value) if old in values else value
                changed.append((new, old))
            if changed:
                said = ", ".join([*map(repr, args[1:]), *(f"{k}={v!r}" for k, v in kwargs.items())])
                text = f"Update your `{name}` call to the Keras 2 API: `{name}({said})`"
                warnings.warn(text, stacklevel=2)
            return function(*args, **kwargs)

        wrapper._original_function = function  # type: ignore[attr-defined]
        # which says less than it takes
        wrapper.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
        return wrapper

    return legacy_support


generate_legacy_method_interface = functools.partial(
    generate_legacy_interface, object_type="method"
)


def raise_duplicate_arg_error(old_arg: str, new_arg: str) -> NoReturn:
    """Raise TypeError for an argument that is given by its older name as well.

    Parameters
    ----------
    old_arg, new_arg : str
    """
    raise TypeError(
        f"For the `{new_arg}` argument, the layer received both the legacy keyword argument "
        f"`{old_arg}` and the Keras 2 keyword argument `{new_arg}`. Stick to the latter!"
    )


def _updates_of_keras1(args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any], list[Any]]:
    """`get_updates(params, constraints, loss)` as `get_updates(loss, params)`."""
    if len(args) == 4:
        optimizer, params, _, loss = args
        return [optimizer], {**kwargs, "loss": loss, "params": params}, []
    if len(args) == 3 and isinstance(args[1], (list, tuple)) and "loss" in kwargs:
        return [args[0]], {**kwargs, "params": args[1]}, []
    return args, kwargs, []


def _weight_of_keras1(args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any], list[Any]]:
    """`add_weight(shape, name)`: the shape may come first."""
    if len(args) > 1 and isinstance(args[1], (tuple, list)):
        kwargs = {**kwargs, "shape": args[1]}
        args = (args[0], *args[2:])
        if len(args) > 1 and isinstance(args[1], str):
            kwargs["name"] = args[1]
            args = (args[0], *args[2:])
    return args, kwargs, []


_DECORATORS: dict[str, Decorator] = {
    "legacy_add_weight_support": generate_legacy_interface(
        ["name", "shape"], preprocessor=_weight_of_keras1
    ),
    "legacy_get_updates_support": generate_legacy_interface(preprocessor=_updates_of_keras1),
    "legacy_input_support": generate_legacy_interface(conversions=[("input_dtype", "dtype")]),
    "legacy_model_constructor_support": generate_legacy_interface(
        conversions=[("input", "inputs"), ("output", "outputs")]
    ),
}
# Of the name of a decorator the part in the middle, and a layer that takes the same older names.
_LIKE = {
    "batchnorm": "BatchNormalization",
    "conv1d": "Conv1D",
    "conv2d": "Conv2D",
    "conv3d": "Conv3D",
    "convlstm2d": "ConvLSTM2D",
    "cropping2d": "Cropping2D",
    "cropping3d": "Cropping3D",
    "deconv2d": "Conv2DTranspose",
    "dense": "Dense",
    "dropout": "Dropout",
    "embedding": "Embedding",
    "gaussiandropout": "GaussianDropout",
    "gaussiannoise": "GaussianNoise",
    "generator_methods": "fit_generator",
    "global_pooling": "GlobalMaxPooling2D",
    "lambda": "Lambda",
    "pooling1d": "MaxPooling1D",
    "pooling2d": "MaxPooling2D",
    "pooling3d": "MaxPooling3D",
    "prelu": "PReLU",
    "recurrent": "LSTM",
    "separable_conv2d": "SeparableConv2D",
    "spatialdropout1d": "SpatialDropout1D",
    "spatialdropoutNd": "SpatialDropout2D",
    "upsampling1d": "UpSampling1D",
    "upsampling2d": "UpSampling2D",
    "upsampling3d": "UpSampling3D",
    "zeropadding2d": "ZeroPadding2D",
    "zeropadding3d": "ZeroPadding3D",
}


def _taking_what_does(layer: str) -> Decorator:
    """Return a decorator of constructors that take the older names of a kind of layer."""

    def legacy_support(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
            args, kwargs = as_keras2(layer, args, kwargs)
            return function(self, *args, **kwargs)

        wrapper._original_function = function  # type: ignore[attr-defined]
        # which says less than it takes
        wrapper.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
        return wrapper

    return legacy_support


def __getattr__(name: str) -> Any:
    if name in _DECORATORS:
        return _DECORATORS[name]
    kind = name.removeprefix("legacy_").removesuffix("_support")
    if name == f"legacy_{kind}_support" and kind in _LIKE:
        return _taking_what_does(_LIKE[kind])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
