"""Configurations of Keras 2 and tf_keras in Keras 3's words.

Each row of the tables is one difference. A layer keeps computing as it did where it was trained:
where a name or a default has changed its meaning, the configuration says the old one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.plugins import registry
from cornu.plugins.custom_objects import custom_objects_in_effect
from cornu_data.constructors import signature_parameters, takes_more
from cornu_engine.errors import BadFileError
from cornu_keras.files.dialect import HARD_SIGMOID, HARD_SIGMOID_3, Dialect
from cornu_keras.files.graph import upgrade_graph
from cornu_keras.files.operations import upgrade_operation

Config = dict[str, Any]
_MODELS = ("Model", "Functional", "Sequential")
_OLD_HARD_SIGMOID = {"class_name": "function", "config": HARD_SIGMOID}
_ACTIVATIONS = ("activation", "recurrent_activation")

# Keys that say nothing here, whatever they hold.
_SILENT = frozenset(
    "implementation ragged synchronized quantization_config jit_compile is_legacy_optimizer "
    "build_config module registered_name shared_object_id input_axes output_axes "
    "query_shape key_shape value_shape fn rng_type auto_vectorize force_generator".split()
)
# Values with which an unknown key says nothing.
_NEUTRAL = (None, False, 0, 1, "", "default")


def upgrade(config: Any, dialect: Dialect) -> Any:
    """Return the configuration of an object, or of a structure of them, in Keras 3's words.

    Parameters
    ----------
    config : what a JSON text holds
    dialect : Dialect

    Raises
    ------
    BadFileError
        For a configuration that holds code.
    """
    if isinstance(config, list):
        return [upgrade(member, dialect) for member in config]
    if not isinstance(config, dict):
        return config
    if "class_name" not in config or "config" not in config:
        return {key: upgrade(value, dialect) for key, value in config.items()}
    name = _short(config["class_name"])
    inner = config["config"]
    if name == "MeanMetricWrapper" and (metric := _metric_of(inner)) is not None:
        name, inner = metric, {key: value for key, value in inner.items() if key != "fn"}
        config = {**config, "class_name": name, "module": "keras.metrics", "registered_name": None}
    upgraded = {**config, "class_name": _own_class_name(name, config["class_name"])}
    if name in _MODELS:
        return {**upgraded, "config": _model(name, inner, dialect)}
    if not isinstance(inner, dict):
        return upgraded
    if not _is_custom(name):
        # layers are built by being called, several inputs and all
        upgraded.pop("build_config", None)
    inner = {key: upgrade(value, dialect) for key, value in inner.items()}
    for rule in (*_EVERY, *_OF_CLASS.get(name, ())):
        inner = rule(inner, dialect)
    return {**upgraded, "config": _without_unknown(name, inner)}


def without_slashes(config: Any) -> Any:
    """Return a configuration with `conv1/bn`, a name in Keras 2, as `conv1_bn` everywhere."""
    if isinstance(config, dict):
        renamed = {key: without_slashes(value) for key, value in config.items()}
        if isinstance(renamed.get("name"), str):
            renamed["name"] = renamed["name"].replace("/", "_")
        return renamed
    if isinstance(config, list):
        if len(config) >= 3 and isinstance(config[0], str) and isinstance(config[1], int):
            config = [config[0].replace("/", "_"), *config[1:]]  # a place in the graph
        return [without_slashes(member) for member in config]
    return config


def with_operations(config: Any) -> Any:
    """Return a configuration from Keras 3's HDF5 with the operations in it told from layers.

    There they stand without their module, as `{"class_name": "NotEqual", …}`.
    """
    if isinstance(config, list):
        return [with_operations(member) for member in config]
    if not isinstance(config, dict):
        return config
    told = {key: with_operations(value) for key, value in config.items()}
    name = told.get("class_name")
    inner = told.get("config")
    if (
        "inbound_nodes" in told
        and "module" not in told
        and name not in (*_MODELS, "InputLayer")
        and not _is_custom(str(name))
        and isinstance(inner, dict)
        and (_class_of(str(name)) is None or not {"dtype", "trainable", "layers"} & inner.keys())
    ):
        told["module"] = "keras.src.ops.operation"
    return told


def _short(name: Any) -> str:
    return str(name).rpartition(">")[2]


def _own_class_name(short: str, whole: Any) -> str:
    """Return `Adam` for `Custom>Adam`, which is how tf_keras writes its own optimizers."""
    return short if str(whole).startswith("Custom>") and not _is_custom(str(whole)) else str(whole)


def _is_custom(name: str) -> bool:
    return name in custom_objects_in_effect() or _short(name) in custom_objects_in_effect()


# Models


def _model(name: str, inner: Any, dialect: Dialect) -> Any:
    if isinstance(inner, list):  # Sequential of Keras 2.0 and 2.1
        inner = {"layers": inner}
    if not isinstance(inner, dict) or not isinstance(inner.get("layers"), list):
        return upgrade(inner, dialect)
    if name != "Sequential":
        inner = upgrade_graph(inner)
    layers = [upgrade(upgrade_operation(entry), dialect) for entry in inner["layers"]]
    upgraded = {**inner, "layers": layers}
    if name == "Sequential" and "build_input_shape" not in upgraded:
        shape = upgraded.pop("batch_input_shape", None)
        if shape is not None:
            upgraded["build_input_shape"] = shape
    return upgraded


# Rules for every object


def _axes(config: Config, dialect: Dialect) -> Config:
    """`axis: [1]`, as tf_keras writes the one axis of a BatchNormalization, is 1."""
    axis = config.get("axis")
    if isinstance(axis, list) and len(axis) == 1 and "moving_mean_initializer" in config:
        return {**config, "axis": axis[0]}
    return config


def _dtypes(config: Config, dialect: Dialect) -> Config:
    """A policy by its name: `{"class_name": "Policy", "config": {"name": "float32"}}`."""
    dtype = config.get("dtype")
    if isinstance(dtype, dict) and isinstance(dtype.get("config"), dict):
        return {**config, "dtype": dtype["config"].get("name", dtype)}  # int8 has no name there
    return config


def _old_activations(config: Config, dialect: Dialect) -> Config:
    changed: Config = {
        key: dict(_OLD_HARD_SIGMOID)
        for key in _ACTIVATIONS
        if config.get(key) == "hard_sigmoid" and "hard_sigmoid" not in custom_objects_in_effect()
    }
    changed |= {key: "hard_sigmoid" for key in _ACTIVATIONS if config.get(key) == HARD_SIGMOID_3}
    return {**config, **changed}


def _functions(config: Config, dialect: Dialect) -> Config:
    """Refuse code in the place of a function: `[marshalled code, defaults, closure]`.

    Who loads the file may give the function of a Lambda layer, by the name of the layer.
    """
    if "function_type" not in config:
        return config
    name = config.get("name")
    supplied = str(name) in custom_objects_in_effect()
    if supplied:
        function = {"module": "builtins", "class_name": "function", "config": name}
        config = {**config, "function": function, "function_type": "supplied"}
    for key in ("function", "output_shape", "mask"):
        value = config.get(key)
        is_code = str(config.get(f"{key}_type")) == "lambda"
        if is_code and supplied and key == "output_shape":
            config = {**config, key: None}  # the function says it
        elif is_code or (key == "function" and isinstance(value, list)):
            raise BadFileError(
                f"The file holds the code of {config.get('name', 'a layer')!r}'s {key}, which is "
                f"never run. Pass custom_objects={{{name!r}: function}}, build the model yourself "
                "and load its weights, or save it again with a named, registered function.",
                "code",
            )
    return config


def _reduction(config: Config, dialect: Dialect) -> Config:
    """`auto` meant the mean over the batch."""
    if config.get("reduction") == "auto":
        return {**config, "reduction": "sum_over_batch_size"}
    return config


_EVERY: tuple[Callable[[Config, Dialect], Config], ...] = (
    _axes,
    _dtypes,
    _old_activations,
    _functions,
    _reduction,
)


# Rules for one class


def _default(key: str, value: Callable[[Dialect], Any]) -> Callable[[Config, Dialect], Config]:
    """A key that the file does not hold has the default of the Keras that wrote it."""

    def rule(config: Config, dialect: Dialect) -> Config:
        return config if key in config else {**config, key: value(dialect)}

    return rule


def _hard_before_2_3(dialect: Dialect) -> Any:
    return dict(_OLD_HARD_SIGMOID) if dialect.version < (2, 3) else "sigmoid"


def _always_hard(dialect: Dialect) -> Any:
    return dict(_OLD_HARD_SIGMOID)


def _lambda(config: Config, dialect: Dialect) -> Config:
    """A named function is found by its name; what says of which kind it is goes."""
    said = {}
    for key in ("function", "output_shape", "mask"):
        if config.get(f"{key}_type") == "function" and isinstance(config.get(key), str):
            said[key] = {"module": "builtins", "class_name": "function", "config": config[key]}
    dropped = ("function_type", "output_shape_type", "mask_type", "module",
               "output_shape_module", "mask_module")  # fmt: skip
    return {**{k: v for k, v in config.items() if k not in dropped}, **said}


def _scaling(config: Config, dialect: Dialect) -> Config:
    """Keras 2's "normal" was a truncated one."""
    if config.get("distribution") == "normal":
        return {**config, "distribution": "truncated_normal"}
    return config


def _rate(config: Config, dialect: Dialect) -> Config:
    upgraded = dict(config)
    if "lr" in upgraded:
        upgraded.setdefault("learning_rate", upgraded["lr"])
        del upgraded["lr"]
    if upgraded.get("epsilon", 0) is None:
        del upgraded["epsilon"]
    return upgraded


def _nadam(config: Config, dialect: Dialect) -> Config:
    """`decay` of tf.keras' first Nadam is that of the momentum, as `schedule_decay` of Keras 2."""
    if not dialect.of_tensorflow or "decay" not in config or "jit_compile" in config:
        return config
    return {("schedule_decay" if k == "decay" else k): v for k, v in config.items()}


def _wrapped(config: Config, dialect: Dialect) -> Config:
    if isinstance(config.get("fn"), str):
        return {**config, "fn": {"class_name": "function", "config": config["fn"]}}
    return config


def _metric_of(inner: Any) -> str | None:
    """Return the class of the metric that a MeanMetricWrapper of tf_keras stands for."""
    name = inner.get("fn") if isinstance(inner, dict) else None
    if not isinstance(name, str) or name in custom_objects_in_effect():
        return None
    metric = registry.find("metric", name)
    return metric.__name__ if isinstance(metric, type) else None


def _without(*prefixes: str) -> Callable[[Config, Dialect], Config]:
    """Arguments that tf_keras writes because a base class has them."""

    def rule(config: Config, dialect: Dialect) -> Config:
        return {k: v for k, v in config.items() if not k.startswith(prefixes)}

    return rule


def _slope(config: Config, dialect: Dialect) -> Config:
    return {"negative_slope" if k == "alpha" else k: v for k, v in config.items()}


_GRU = (
    _default("recurrent_activation", _hard_before_2_3),
    _default("reset_after", lambda d: False),
)
_LSTM = (_default("recurrent_activation", _hard_before_2_3),)
_OPTIMIZERS = (
    "SGD RMSprop Adagrad Adadelta Adam AdamW Adamax Nadam Ftrl Lion Adafactor "
    "LossScaleOptimizer".split()
)
_OF_CLASS: dict[str, tuple[Callable[[Config, Dialect], Config], ...]] = {
    "LeakyReLU": (_slope,),
    **{
        name: (_without("kernel_initializer", "kernel_regularizer", "kernel_constraint"),)
        for name in ("SeparableConv1D", "SeparableConv2D", "DepthwiseConv1D", "DepthwiseConv2D")
    },
    "GRU": _GRU,
    "GRUCell": _GRU,
    "LSTM": _LSTM,
    "LSTMCell": _LSTM,
    "ConvLSTM1D": (_default("recurrent_activation", _always_hard),),
    "ConvLSTM2D": (_default("recurrent_activation", _always_hard),),
    "ConvLSTM2DCell": (_default("recurrent_activation", _always_hard),),
    "ConvLSTM3D": (_default("recurrent_activation", _always_hard),),
    "Lambda": (_lambda,),
    "VarianceScaling": (_scaling,),
    "MeanMetricWrapper": (_wrapped,),
    "LossFunctionWrapper": (_wrapped,),
    **dict.fromkeys(_OPTIMIZERS, (_rate,)),
    "Nadam": (_rate, _nadam),
}


# What is left over


def _without_unknown(name: str, config: Config) -> Config:
    """Drop keys that the class here does not know, where they say nothing."""
    cls = _class_of(name)
    if cls is None:
        return config
    known = signature_parameters(cls)
    if takes_more(cls) and not hasattr(cls, "from_config"):
        return config
    return {
        key: value
        for key, value in config.items()
        if key in known
        or key in _PLACES
        or not (key in _SILENT or any(value is x or value == x for x in _NEUTRAL))
    }


_PLACES = ("input_shape", "batch_input_shape", "batch_shape", "lr", "learning_rate", "decay")


def _class_of(name: str) -> Any:
    custom = custom_objects_in_effect().get(name)
    if custom is not None:
        return None
    for kind in (
        "layer",
        "optimizer",
        "initializer",
        "regularizer",
        "constraint",
        "loss",
        "metric",
    ):
        found = registry.find(kind, name)
        if isinstance(found, type) and found.__name__ == name:
            return found
    return None
