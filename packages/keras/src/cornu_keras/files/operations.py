"""TensorFlow's functions between the layers of a tf_keras model, as functions of `cornu.ops`."""

from __future__ import annotations

from typing import Any

from cornu_engine.errors import BadFileError

# TensorFlow's name: ours, then what its arguments beyond the first are called here.
_SAME = {"axis": "axis", "keepdims": "keepdims"}
_PAIR = {"y": "x2"}
_FUNCTIONS: dict[str, tuple[str, dict[str, str]]] = {
    **{
        f"{home}.{name}": (ours, _PAIR)
        for home in ("__operators__", "math")
        for name, ours in (
            ("add", "add"),
            ("subtract", "subtract"),
            ("sub", "subtract"),
            ("multiply", "multiply"),
            ("mul", "multiply"),
            ("truediv", "true_divide"),
            ("divide", "divide"),
            ("floordiv", "floor_divide"),
            ("pow", "power"),
            ("mod", "mod"),
            ("maximum", "maximum"),
            ("minimum", "minimum"),
            ("squared_difference", "squared_difference"),
            ("equal", "equal"),
            ("not_equal", "not_equal"),
            ("greater", "greater"),
            ("greater_equal", "greater_equal"),
            ("less", "less"),
            ("less_equal", "less_equal"),
            ("logical_and", "logical_and"),
            ("logical_or", "logical_or"),
        )
    },
    **{
        f"math.{name}": (ours, {})
        for name, ours in (
            ("abs", "abs"),
            ("ceil", "ceil"),
            ("cos", "cos"),
            ("erf", "erf"),
            ("exp", "exp"),
            ("expm1", "expm1"),
            ("floor", "floor"),
            ("log", "log"),
            ("log1p", "log1p"),
            ("logical_not", "logical_not"),
            ("negative", "negative"),
            ("reciprocal", "reciprocal"),
            ("round", "round"),
            ("rsqrt", "rsqrt"),
            ("sigmoid", "sigmoid"),
            ("sign", "sign"),
            ("sin", "sin"),
            ("softplus", "softplus"),
            ("sqrt", "sqrt"),
            ("square", "square"),
            ("tanh", "tanh"),
        )
    },
    **{
        f"math.reduce_{name}": (name, _SAME)
        for name in ("mean", "sum", "max", "min", "prod", "any", "all", "std")
    },
    "__operators__.neg": ("negative", {}),
    "math.argmax": ("argmax", {"axis": "axis"}),
    "math.argmin": ("argmin", {"axis": "axis"}),
    "nn.relu": ("relu", {}),
    "nn.relu6": ("relu6", {}),
    "nn.elu": ("elu", {}),
    "nn.selu": ("selu", {}),
    "nn.silu": ("silu", {}),
    "nn.sigmoid": ("sigmoid", {}),
    "nn.tanh": ("tanh", {}),
    "nn.softplus": ("softplus", {}),
    "nn.softmax": ("softmax", {"axis": "axis"}),
    "nn.log_softmax": ("log_softmax", {"axis": "axis"}),
    "nn.gelu": ("gelu", {"approximate": "approximate"}),
    "linalg.matmul": ("matmul", {"b": "x2"}),
    "__operators__.matmul": ("matmul", _PAIR),
    "cast": ("cast", {"dtype": "dtype"}),
    "concat": ("concatenate", {"axis": "axis"}),
    "expand_dims": ("expand_dims", {"axis": "axis"}),
    "identity": ("copy", {}),
    "reshape": ("reshape", {"shape": "newshape"}),
    "squeeze": ("squeeze", {"axis": "axis"}),
    "stack": ("stack", {"axis": "axis"}),
    "transpose": ("transpose", {"perm": "axes"}),
    "clip_by_value": ("clip", {"clip_value_min": "x_min", "clip_value_max": "x_max"}),
}
_CLASSES = ("TFOpLambda", "SlicingOpLambda")
_SLICES = "__operators__.getitem"


def upgrade_operation(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of a functional model's layers; one that is no operation as it is.

    Raises
    ------
    BadFileError
        For a function that has no counterpart here.
    """
    if str(entry.get("class_name")) not in _CLASSES:
        return entry
    name = str(entry["config"].get("function"))
    if name == _SLICES:
        function, rename = "get_item", {"slice_spec": "key"}
    elif name in _FUNCTIONS:
        function, rename = _FUNCTIONS[name]
    else:
        raise BadFileError(
            f"The model calls tf.{name} between its layers, which is not known here. Known are "
            f"{', '.join(sorted(_FUNCTIONS))}.",
            "names",
        )
    config = {"name": entry["config"].get("name"), "function": function}
    nodes = [_renamed(node, rename, name) for node in entry["inbound_nodes"]]
    return {
        "module": "cornu.ops",
        "class_name": "FunctionCall",
        "config": config,
        "registered_name": "FunctionCall",
        "name": entry.get("name"),
        "inbound_nodes": nodes,
    }


def _renamed(node: dict[str, Any], rename: dict[str, str], name: str) -> dict[str, Any]:
    kwargs = {}
    for key, value in node["kwargs"].items():
        if key in rename:
            kwargs[rename[key]] = _slices(value) if name == _SLICES else value
        elif value not in (None, False):
            raise BadFileError(f"tf.{name} is called with {key}={value!r}, which is not known "
                               "here.", "config")  # fmt: skip
    return {"args": node["args"], "kwargs": kwargs}


def _slices(spec: Any) -> Any:
    """`x[:, :2]` is written as a list of `{"start", "stop", "step"}` and numbers."""
    if isinstance(spec, list):
        items = [_slices(member) for member in spec]
        return {"class_name": "__tuple__", "config": {"items": items}}
    if isinstance(spec, dict) and {"start", "stop", "step"} <= spec.keys():
        return {"class_name": "__slice__", "config": spec}
    if isinstance(spec, dict) and spec.get("value") == "Ellipsis":
        return {"class_name": "__ellipsis__", "config": {}}
    return spec
