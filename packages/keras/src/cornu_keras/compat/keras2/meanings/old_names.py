"""What Keras 1 called the arguments of layers, and Keras 2 still took with a warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["as_keras2"]

_KERNEL = (
    "init=kernel_initializer W_regularizer=kernel_regularizer b_regularizer=bias_regularizer "
    "W_constraint=kernel_constraint b_constraint=bias_constraint bias=use_bias"
)
_STEPS = (
    "init=kernel_initializer inner_init=recurrent_initializer "
    "inner_activation=recurrent_activation W_regularizer=kernel_regularizer "
    "b_regularizer=bias_regularizer U_regularizer=recurrent_regularizer dropout_W=dropout "
    "dropout_U=recurrent_dropout"
)
_FILTERS = "nb_filter=filters subsample=strides border_mode=padding dim_ordering=data_format"
_AXES = "dim_ordering=data_format"
_WINDOW = f"border_mode=padding {_AXES}"

# Class, or function -> old=new …
_ROWS = {
    "Dense": f"output_dim=units {_KERNEL}",
    "Dropout": "p=rate",
    "GaussianDropout": "p=rate",
    "GaussianNoise": "sigma=stddev",
    "PReLU": "init=alpha_initializer",
    "BatchNormalization": "beta_init=beta_initializer gamma_init=gamma_initializer",
    "Embedding": (
        "init=embeddings_initializer W_regularizer=embeddings_regularizer "
        "W_constraint=embeddings_constraint"
    ),
    "Conv1D": (
        "nb_filter=filters filter_length=kernel_size subsample_length=strides "
        f"border_mode=padding {_KERNEL}"
    ),
    **dict.fromkeys(
        ("Conv2D", "Conv3D", "Conv2DTranspose", "SeparableConv2D"), f"{_FILTERS} {_KERNEL}"
    ),
    "ConvLSTM2D": f"{_FILTERS} {_STEPS} bias=use_bias",
    **dict.fromkeys(
        ("SimpleRNN", "GRU", "LSTM"), f"output_dim=units {_STEPS} consume_less=implementation"
    ),
    **dict.fromkeys(
        ("MaxPooling1D", "AveragePooling1D"),
        "pool_length=pool_size stride=strides border_mode=padding",
    ),
    **dict.fromkeys(
        ("MaxPooling2D", "AveragePooling2D", "MaxPooling3D", "AveragePooling3D"), _WINDOW
    ),
    **dict.fromkeys(
        (
            *(f"Global{what}Pooling{n}D" for what in ("Max", "Average") for n in (2, 3)),
            *("UpSampling2D", "UpSampling3D", "ZeroPadding2D", "ZeroPadding3D"),
            *("Cropping2D", "Cropping3D"),
        ),
        _AXES,
    ),
    "UpSampling1D": "length=size",
    "SpatialDropout1D": "p=rate",
    **dict.fromkeys(("SpatialDropout2D", "SpatialDropout3D"), f"p=rate {_AXES}"),
    "Model": "input=inputs output=outputs",
    "Input": "input_dtype=dtype",
}
_NAMES = {name: dict(pair.split("=") for pair in row.split()) for name, row in _ROWS.items()}
_VALUES: dict[str, dict[Any, Any]] = {
    "dim_ordering": {"tf": "channels_last", "th": "channels_first", "default": None},
    "consume_less": {"cpu": 0, "mem": 1, "gpu": 2},
}
_SIDES = ("top_pad", "bottom_pad", "left_pad", "right_pad")


def as_keras2(name: str, args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
    """Return the arguments of a call by the names of Keras 2, with a warning if any was older.

    Parameters
    ----------
    name : str
        Of the class or function.
    args, kwargs
        Of its call.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as told:
    ...     as_keras2("Dense", (3,), {"init": "uniform", "bias": False})
    ((3,), {'kernel_initializer': 'uniform', 'use_bias': False})
    >>> str(told[0].message)[45:]
    '`Dense(3, kernel_initializer="uniform", use_bias=False)`'
    """
    renamed = _NAMES.get(name, {})
    before = _BEFORE.get(name)
    if not (before or renamed.keys() & kwargs.keys()):
        return args, kwargs
    kwargs, changed = dict(kwargs), False
    if before is not None:
        args, changed = before(args, kwargs)
    for old in [key for key in kwargs if key in renamed]:
        value, new = kwargs.pop(old), renamed[old]
        if new in kwargs:
            raise TypeError(
                f"For the `{new}` argument, the layer received both the legacy keyword argument "
                f"`{old}` and the Keras 2 keyword argument `{new}`. Stick to the latter!"
            )
        kwargs[new] = _VALUES[old].get(value, value) if old in _VALUES else value
        changed = True
    if changed:
        shown = [_shown(x) for x in args] + [f"{k}={_shown(v)}" for k, v in kwargs.items()]
        _warn(f"Update your `{name}` call to the Keras 2 API: `{name}({', '.join(shown)})`")
    return args, kwargs


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    text = "array" if isinstance(value, np.ndarray) else str(value)
    return text if len(text) <= 10 else f"{text[:10]}..."


def _warn(text: str) -> None:
    warnings.warn(text, UserWarning, stacklevel=5)


# What a name alone does not say. Each changes `kwargs`, and returns `args` and whether any was old.


def _sizes(*names: str) -> Callable[[tuple, dict[str, Any]], tuple[tuple, bool]]:
    """`Conv2D(32, 3, 3)`, or with `nb_row` and `nb_col`: the kernel, axis by axis."""

    def kernel(args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, bool]:
        sizes = list(args[1 : 1 + len(names)])
        if not all(isinstance(n, int) for n in sizes):
            return args, False
        if len(sizes) == len(names) and kwargs.keys() & {"strides", "padding", "data_format"}:
            raise ValueError(
                "It seems that you are using the Keras 2 and you are passing both `kernel_size` "
                "and `strides` as integer positional arguments. For safety reasons, this is "
                "disallowed. Pass `strides` as a keyword argument instead."
            )
        missing = names[len(sizes) :]
        if not all(name in kwargs for name in missing):
            return args, False
        sizes += [kwargs.pop(name) for name in missing]
        if not args[:1]:
            kwargs["kernel_size"] = tuple(sizes)
            return args, True
        return (args[0], tuple(sizes), *args[1 + len(names) :]), True

    return kernel


def _separable(args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, bool]:
    both = "init" in kwargs
    if both:
        init = kwargs.pop("init")
        kwargs.update(depthwise_initializer=init, pointwise_initializer=init)
    args, changed = _plane(args, kwargs)
    return args, changed or both


def _transposed(args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, bool]:
    shaped = kwargs.pop("output_shape", None) is not None
    if len(args) == 4 and isinstance(args[3], tuple):
        args, shaped = args[:3], True
    args, changed = _plane(args, kwargs)
    return args, changed or shaped


def _forget_bias(args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, bool]:
    if "forget_bias_init" not in kwargs:
        return args, False
    if kwargs.pop("forget_bias_init") == "one":
        kwargs["unit_forget_bias"] = True
        return args, True
    _warn(
        "The `forget_bias_init` argument has been ignored. Use `unit_forget_bias=True` instead to "
        "initialize with ones."
    )
    return args, False


def _steps(args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, bool]:
    args, changed = _forget_bias(args, kwargs)
    if "input_dim" not in kwargs:
        return args, changed
    kwargs["input_shape"] = (kwargs.pop("input_length", None), kwargs.pop("input_dim"))
    _warn(
        "The `input_dim` and `input_length` arguments in recurrent layers are deprecated. Use "
        "`input_shape` instead."
    )
    return args, True


def _line(args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, bool]:
    if "input_dim" not in kwargs:
        return args, False
    kwargs["input_shape"] = (kwargs.pop("input_length", None), kwargs.pop("input_dim"))
    return args, True


def _picture_steps(args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, bool]:
    args, one = _forget_bias(args, kwargs)
    args, other = _plane(args, kwargs)
    return args, one or other


def _mode(args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, bool]:
    if "mode" not in kwargs:
        return args, False
    if kwargs.pop("mode") != 0:
        raise TypeError(
            "The `mode` argument of `BatchNormalization` no longer exists. `mode=1` and `mode=2` "
            "are no longer supported."
        )
    return args, True


def _no_dropout(args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, bool]:
    if kwargs.pop("dropout", None) is not None:
        _warn(
            "The `dropout` argument is no longer support in `Embedding`. You can apply a "
            "`keras.layers.SpatialDropout1D` layer right after the `Embedding` layer to get the "
            "same behavior."
        )
    return args, False


def _sides(args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, bool]:
    given = args[0] if args else kwargs.get("padding")
    if not isinstance(given, dict) or not set(given) <= set(_SIDES):
        return args, False
    top, bottom, left, right = (given.get(side, 0) for side in _SIDES)
    kwargs["padding"] = ((top, bottom), (left, right))
    _warn(
        "The `padding` argument in the Keras 2 API no longer accepts dict types. You can now input "
        "argument as: `padding=((top_pad, bottom_pad), (left_pad, right_pad))`."
    )
    return args[1:], False


_plane = _sizes("nb_row", "nb_col")
_BEFORE: dict[str, Callable[[tuple, dict[str, Any]], tuple[tuple, bool]]] = {
    "BatchNormalization": _mode,
    "Conv1D": _line,
    "Conv2D": _plane,
    "Conv2DTranspose": _transposed,
    "Conv3D": _sizes("kernel_dim1", "kernel_dim2", "kernel_dim3"),
    "ConvLSTM2D": _picture_steps,
    "Embedding": _no_dropout,
    **dict.fromkeys(("SimpleRNN", "GRU", "LSTM"), _steps),
    "SeparableConv2D": _separable,
    "ZeroPadding2D": _sides,
}
