"""Functions between the layers of a functional model, in Keras 3's words.

`x + y` is a `FunctionCall` here and a class `Add` there, which takes some of its arguments when it
is made and the rest when it is called.
"""

from __future__ import annotations

import inspect
from typing import Any

# Module in keras.src.ops, arguments of the class, how many values it is called on, and which.
_TABLE: tuple[tuple[str, tuple[str, ...], int, str], ...] = (
    (
        "numpy",
        (),
        1,
        "absolute abs arccos arccosh arcsin arcsinh arctan arctanh ceil copy cos cosh exp exp2 "
        "expm1 floor isfinite isinf isnan log log10 log1p log2 logical_not negative ravel "
        "reciprocal sign sin sinh sqrt square tan tanh trunc",
    ),
    (
        "numpy",
        (),
        2,
        "add arctan2 divide divide_no_nan dot equal floor_divide greater greater_equal less "
        "less_equal logical_and logical_or logical_xor matmul maximum minimum mod multiply "
        "not_equal outer power subtract true_divide",
    ),
    ("numpy", ("axis", "keepdims"), 1, "all any argmax argmin mean std sum var"),
    ("numpy", ("axis", "keepdims", "initial"), 1, "max min"),
    ("numpy", ("axis", "keepdims", "dtype"), 1, "prod"),
    ("numpy", ("axis",), 1, "expand_dims flip stack squeeze concatenate"),
    ("numpy", ("axis",), 2, "take take_along_axis"),
    ("numpy", ("newshape",), 1, "reshape"),
    ("numpy", ("axes",), 1, "transpose"),
    ("numpy", ("x_min", "x_max"), 1, "clip"),
    ("numpy", (), 2, "get_item"),
    ("numpy", (), 3, "where"),
    ("core", ("dtype",), 1, "cast"),
    ("math", (), 1, "erf rsqrt"),
    (
        "nn",
        (),
        1,
        "relu relu6 sigmoid softplus softsign silu log_sigmoid hard_sigmoid hard_silu selu",
    ),
    ("nn", ("axis",), 1, "softmax log_softmax"),
    ("nn", ("alpha",), 1, "elu celu"),
    ("nn", ("approximate",), 1, "gelu"),
    ("nn", ("negative_slope",), 1, "leaky_relu"),
)
_ROWS = {name: (home, made, count) for home, made, count, names in _TABLE for name in names.split()}


def in_keras_words(config: Any) -> Any:
    """Return a model's configuration with its function calls as Keras 3 writes them.

    A call that Keras has no class for stays as it is; Cornu reads both.
    """
    if isinstance(config, (list, tuple)):
        return [in_keras_words(member) for member in config]
    if not isinstance(config, dict):
        return config
    if config.get("class_name") == "FunctionCall" and len(config.get("inbound_nodes", ())) == 1:
        return _operation(config) or config
    return {key: in_keras_words(value) for key, value in config.items()}


def _operation(entry: dict[str, Any]) -> dict[str, Any] | None:
    function = entry["config"]["function"]
    if function not in _ROWS:
        return None
    home, made, count = _ROWS[function]
    node = entry["inbound_nodes"][0]
    given = _by_name(function, node)
    if given is None:
        return None
    values = [_key(given.pop(name)) for name in list(given)[:count]]
    config = {name: given.pop(name) for name in made if name in given}
    if len(values) != count or any(value is not None for value in given.values()):
        return None
    class_name = "".join(part.capitalize() for part in function.split("_"))
    return {
        **entry,
        "module": f"keras.src.ops.{home}",
        "class_name": class_name,
        "config": {**config, "name": entry["config"]["name"]},
        "registered_name": class_name,
        "inbound_nodes": [{"args": values, "kwargs": {}}],
    }


def _by_name(function: str, node: dict[str, Any]) -> dict[str, Any] | None:
    from cornu import ops

    signature = inspect.signature(getattr(ops, function))
    try:
        return dict(signature.bind(*node["args"], **node["kwargs"]).arguments)
    except TypeError:
        return None


def _key(value: Any) -> Any:
    """Return the key of `x[:, 0]` as a list, as Keras does where a slice shows that it is one."""
    if not isinstance(value, dict) or value.get("class_name") != "__tuple__":
        return value
    items = value["config"]["items"]
    shown = ("__slice__", "__ellipsis__")
    is_key = any(isinstance(x, dict) and x.get("class_name") in shown for x in items)
    return list(items) if is_key else value
