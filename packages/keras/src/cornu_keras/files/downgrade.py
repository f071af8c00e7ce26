"""Configurations of Cornu in the words of Keras 2.3."""

from __future__ import annotations

from typing import Any

from cornu.plugins import registry
from cornu_data.files.sharing import own_marks
from cornu_engine.errors import SavingError, UnknownNameError
from cornu_keras.files.dialect import HARD_SIGMOID

Config = dict[str, Any]

# What Keras 2.3 or tf_keras knows. A model with any other layer is written in Keras 3's words.
_KNOWN = frozenset(
    """
    Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention Average
    AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization Bidirectional Concatenate
    Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D
    ConvLSTM2DCell ConvLSTM3D Cropping1D Cropping2D Cropping3D Dense DepthwiseConv1D
    DepthwiseConv2D Dot Dropout ELU EinsumDense Embedding Flatten GRU GRUCell GaussianDropout
    GaussianNoise Identity GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D
    GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization InputLayer LSTM
    LSTMCell Lambda LayerNormalization LeakyReLU LocallyConnected1D LocallyConnected2D Masking
    MaxPooling1D MaxPooling2D MaxPooling3D Maximum Minimum MultiHeadAttention Multiply PReLU Permute
    RNN ReLU RepeatVector Rescaling Reshape SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell
    Softmax SpatialDropout1D SpatialDropout2D SpatialDropout3D StackedRNNCells Subtract
    ThresholdedReLU TimeDistributed UnitNormalization UpSampling1D UpSampling2D UpSampling3D
    ZeroPadding1D ZeroPadding2D ZeroPadding3D
    Functional Model Sequential
    """.split()
)
_OF_IMAGES = tuple(
    "CenterCrop RandomBrightness RandomContrast RandomCrop RandomFlip RandomHeight RandomRotation "
    "RandomTranslation RandomWidth RandomZoom Resizing".split()
)
_OF_FEATURES = "CategoryEncoding Discretization HashedCrossing Hashing IntegerLookup Normalization"
_KNOWN |= {*_OF_IMAGES, *_OF_FEATURES.split()}
_MODELS = ("Functional", "Model", "Sequential")

# Keys that came later, with the values at which nothing is lost by leaving them out.
_LATER: dict[str, tuple[Any, ...]] = {
    "lora_rank": (None,),
    "lora_alpha": (None,),
    "quantization_config": (None,),
    "synchronized": (False,),
    "renorm": (False,),
    "renorm_clipping": (None,),
    "renorm_momentum": (0.99,),
    "use_cudnn": ("auto", None),
    "zero_output_for_mask": (False,),
    "time_major": (False,),
    "groups": (1,),
    "optional": (False,),
    "ragged": (False, None),
    "seed": (None,),
    "input_axes": (None,),
    "output_axes": (None,),
    "flash_attention": (None,),
    "sliding_window": (None,),
    "use_gate": (False,),
    "keepdims": (False,),
    "autocast": (True,),
    "input_length": (None,),
    "antialias": (False,),
    "output_padding": (None,),
    "gptq_unpacked_column_size": (None,),
    "pad_to_aspect_ratio": (False,),
    "oov_method": ("floormod",),
}
# The same, for arguments of one class.
_LATER_OF = {
    ("LayerNormalization", "rms_scaling"): (False,),
    ("ZeroPadding1D", "data_format"): ("channels_last",),
    ("Cropping1D", "data_format"): ("channels_last",),
    ("UpSampling1D", "data_format"): ("channels_last",),
    ("SparseCategoricalCrossentropy", "axis"): (-1,),
    ("IntegerLookup", "salt"): (None,),
    ("RandomContrast", "value_range"): ([0, 255], (0, 255)),
    ("Resizing", "fill_mode"): ("constant",),
    ("Resizing", "fill_value"): (0.0,),
    **{(name, "data_format"): ("channels_last",) for name in _OF_IMAGES},
}
_KEPT = {("Dropout", "seed"), ("VarianceScaling", "seed"), ("Orthogonal", "seed")}

_RENAMED = {
    ("LeakyReLU", "negative_slope"): "alpha",
    ("InputLayer", "batch_shape"): "batch_input_shape",
}

# Initializers that Keras 2.3 writes as a VarianceScaling.
_SCALINGS = {
    "GlorotUniform": (1.0, "fan_avg", "uniform"),
    "GlorotNormal": (1.0, "fan_avg", "truncated_normal"),
    "HeUniform": (2.0, "fan_in", "uniform"),
    "HeNormal": (2.0, "fan_in", "truncated_normal"),
    "LecunUniform": (1.0, "fan_in", "uniform"),
    "LecunNormal": (1.0, "fan_in", "truncated_normal"),
}
_DISTRIBUTIONS = {"truncated_normal": "normal", "untruncated_normal": "normal"}
_CLASS_NAMES = {
    "OrthogonalInitializer": "Orthogonal",
    "IdentityInitializer": "Identity",
    "Functional": "Model",
}
# Modules that Keras 3 wants to know.
_SAID = ("keras.layers", "keras.optimizers.schedules", "keras.quantizers", "cornu.quantizers")
_ACTIVATIONS = ("activation", "recurrent_activation")


def is_expressible(config: Any) -> bool:
    """Tell whether every layer in a configuration is one of Keras 2's."""
    if isinstance(config, list):
        return all(is_expressible(member) for member in config)
    if not isinstance(config, dict):
        return True
    name = config.get("class_name")
    if isinstance(name, str) and "config" in config and _is_ours(config) and name not in _KNOWN:
        return False
    if any(config.get(key) == "hard_sigmoid" for key in _ACTIVATIONS):
        return False  # this name means another function there
    return all(is_expressible(value) for value in config.values())


def _is_ours(config: Config) -> bool:
    module = str(config.get("module"))
    layers = ("keras.layers", "cornu.ops", "keras.src.ops")
    return module.startswith(layers) and config.get("class_name") != "__keras_tensor__"


def downgrade(config: Any, at_top: bool = False) -> Any:
    """Return a configuration in the words of Keras 2.3.

    Parameters
    ----------
    config : what `serialize` returns
    at_top : bool
        Whether it is a layer of a model, not one within another layer.
    """
    if isinstance(config, (list, tuple)):
        return [downgrade(member) for member in config]
    if not isinstance(config, dict):
        return config
    name = config.get("class_name")
    if name is None or "config" not in config:
        return {key: downgrade(value) for key, value in config.items()}
    if name == "function":  # Keras' own is told from yours by its module
        is_keras = str(config.get("module")).startswith(("builtins", "keras.ops"))
        return dict(config) if is_keras else config["config"]
    if name == "DTypePolicy":
        return config["config"]["name"]
    inner = config["config"]
    if name in _MODELS and isinstance(inner, dict) and "layers" in inner:
        described = {"class_name": _CLASS_NAMES.get(name, name), "config": _model(name, inner)}
        return {**described, **own_marks(config)}
    if not isinstance(inner, dict):
        return {"class_name": name, "config": downgrade(inner)}
    registered = config.get("registered_name")
    inner = {**_arguments(name, inner), **_shapes(name, config), **_functions(name, inner)}
    found_name, inner = _renamed_class(name, inner)
    written = {"class_name": registered or found_name, "config": inner, **own_marks(config)}
    if str(config.get("module")) in _SAID and not at_top:  # Keras 3 looks for it in wrappers
        written = {"module": config["module"], **written, "registered_name": None}
    return written


def _functions(name: str, inner: Config) -> Config:
    """What Keras 2's Lambda says beside its functions: that they are names, not code."""
    if name != "Lambda":
        return {}
    written: Config = {}
    for key in ("function", "output_shape", "mask"):
        value = inner.get(key)
        is_function = isinstance(value, dict) and value.get("class_name") == "function"
        if is_function or key != "mask":
            written[f"{key}_type"] = "function" if is_function else "raw"
    return written


def _shapes(name: str, config: Config) -> Config:
    """The shapes that tf_keras' MultiHeadAttention keeps among its arguments."""
    if name != "MultiHeadAttention":
        return {}
    shapes = (config.get("build_config") or {}).get("shapes_dict", {})
    kept = {key: shapes.get(key) for key in ("query_shape", "key_shape", "value_shape")}
    kept["key_shape"] = kept["key_shape"] or kept["value_shape"]
    return kept


def _arguments(name: str, inner: Config) -> Config:
    written: Config = {}
    for key, value in inner.items():
        neutral = _LATER_OF.get((name, key), _LATER.get(key))
        if neutral is not None and (name, key) not in _KEPT and value in neutral:
            continue
        key = _RENAMED.get((name, key), key)
        if key in _ACTIVATIONS:
            value = _activation(value)
        written[key] = downgrade(value)
    return written


def _activation(value: Any) -> Any:
    """Keras 2's own `hard_sigmoid`, which has another name here."""
    if isinstance(value, dict) and value.get("config") == HARD_SIGMOID:
        return "hard_sigmoid"
    return value


def _renamed_class(name: str, inner: Config) -> tuple[str, Config]:
    if name in _SCALINGS:
        scale, mode, distribution = _SCALINGS[name]
        distribution = _DISTRIBUTIONS.get(distribution, distribution)
        scaling = {"scale": scale, "mode": mode, "distribution": distribution}
        return "VarianceScaling", {**scaling, "seed": inner.get("seed")}
    if name == "VarianceScaling":
        said = str(inner.get("distribution"))
        return name, {**inner, "distribution": _DISTRIBUTIONS.get(said, said)}
    if name in ("L1", "L2"):
        return "L1L2", {"l1": inner.get("l1", 0.0), "l2": inner.get("l2", 0.0)}
    return _CLASS_NAMES.get(name, name), inner


# Models


def _model(name: str, inner: Config) -> Config:
    if name == "Sequential":
        written = {
            "name": inner["name"],
            "layers": [downgrade(x, at_top=True) for x in inner["layers"]],
        }
        if "build_input_shape" in inner:
            written["build_input_shape"] = inner["build_input_shape"]
        return written
    models = {_name_of(e) for e in inner["layers"] if e["class_name"] in _MODELS}
    sequential = {_name_of(e) for e in inner["layers"] if e["class_name"] == "Sequential"}
    layers = []
    for entry in inner["layers"]:
        described = {k: v for k, v in entry.items() if k not in ("inbound_nodes", "name")}
        layers.append(
            {
                "name": _name_of(entry),
                **downgrade(described, at_top=True),
                "inbound_nodes": [_call(node, entry, models) for node in entry["inbound_nodes"]],
            }
        )
    return {
        "name": inner["name"],
        "layers": layers,
        "input_layers": _ends(inner["input_layers"], sequential),
        "output_layers": _ends(inner["output_layers"], sequential),
    }


def _name_of(entry: Config) -> str:
    return entry["name"]


def _call(node: Config, entry: Config, models: set[str]) -> list[Any]:
    """Return `[[layer, call, tensor, keyword arguments], …]` for one call."""
    args = list(node["args"])
    kwargs = {
        key: _place(value, models)
        for key, value in node["kwargs"].items()
        if not (key == "mask" and value is None)
    }
    first = args[0] if args else next(iter(kwargs.values()))
    names = _argument_names(entry)[1:] if len(args) > 1 else []
    for name, value in zip(names, args[1:], strict=False):
        if value is not None:
            kwargs[name] = _place(value, models)
    tensors = first if isinstance(first, (list, tuple)) else [first]
    return [[*_place(tensor, models), kwargs] for tensor in tensors]


def _argument_names(entry: Config) -> list[str]:
    from cornu_data.symbolic.signature import signature_of

    if entry["class_name"] in _MODELS:
        return ["inputs", "training", "mask"]
    name = entry.get("registered_name") or entry["class_name"]
    try:
        cls = registry.lookup("layer", name)
    except UnknownNameError:
        raise SavingError(
            f"The layer {entry['name']!r} is called on several values, whose names .h5 wants to "
            f"know, and {name} is not registered. Save the model as .keras, or decorate the class "
            "with @cornu.utils.register_keras_serializable()."
        ) from None
    return [name for name in signature_of(cls.call).names if name != "self"]


def _place(value: Any, models: set[str]) -> Any:
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        name, number, index = value["config"]["keras_history"]
        return [name, number + int(name in models), index]
    if isinstance(value, (list, tuple)):
        return [_place(member, models) for member in value]
    return downgrade(value)


def _ends(places: Any, sequential: set[str]) -> Any:
    if isinstance(places, dict):
        return _ends(list(places.values()), sequential)
    if isinstance(places, (list, tuple)) and places and isinstance(places[0], str):
        return [[places[0], places[1] + int(places[0] in sequential), places[2]]]
    ends: list[Any] = []
    for place in places:
        ends.extend(_ends(place, sequential))
    return ends


# compile


def downgrade_training(config: Config, old: bool, in_keras2: bool) -> Config:
    """Return a `training_config` from the arguments of `compile`.

    Parameters
    ----------
    config : dict
        What `get_compile_config` returned.
    old : bool
        Whether the model is written in Keras 2's words.
    in_keras2 : bool
        Whether Keras 2.3 has the optimizer.
    """
    say = downgrade if old else (lambda value: value)
    optimizer = config.get("optimizer")
    written = {
        key: say(config.get(key)) for key in ("loss", "metrics", "weighted_metrics", "loss_weights")
    }
    written["loss"] = _long_names(_without_dtypes(written["loss"]))
    if old:
        written["sample_weight_mode"] = None
    if optimizer is not None:
        described = say(optimizer)
        if old:
            described = _optimizer(described, in_keras2)
        written["optimizer_config"] = described
    return written


def _without_dtypes(loss: Any) -> Any:
    """Losses of tf_keras take no dtype."""
    if isinstance(loss, list):
        return [_without_dtypes(one) for one in loss]
    if isinstance(loss, dict):
        dropped = ("dtype",) if "reduction" in loss else ()
        return {k: _without_dtypes(v) for k, v in loss.items() if k not in dropped}
    return loss


_LONG = {"mse": "mean_squared_error", "mae": "mean_absolute_error",
         "mape": "mean_absolute_percentage_error", "msle": "mean_squared_logarithmic_error",
         "kld": "kullback_leibler_divergence", "bce": "binary_crossentropy"}  # fmt: skip


def _long_names(loss: Any) -> Any:
    """Keras 3 reads the long names of losses only."""
    if isinstance(loss, str):
        return _LONG.get(loss.lower(), loss)
    if isinstance(loss, list):
        return [_long_names(one) for one in loss]
    if isinstance(loss, dict) and "class_name" not in loss:
        return {key: _long_names(one) for key, one in loss.items()}
    return loss


_OPTIMIZER_LATER: dict[str, tuple[Any, ...]] = {
    "name": (),
    "weight_decay": (None,),
    "clipnorm": (None,),
    "clipvalue": (None,),
    "global_clipnorm": (None,),
    "use_ema": (False,),
    "ema_momentum": (0.99,),
    "ema_overwrite_frequency": (None,),
    "loss_scale_factor": (None,),
    "gradient_accumulation_steps": (None,),
    "centered": (False,),
    "initial_accumulator_value": (0.1,),
}


_UNLISTED = ("Adafactor", "Lion")  # which tf_keras has, and finds by this name only


def _optimizer(described: Config, known: bool) -> Config:
    """Return an optimizer as Keras 2.3 writes it, or tf_keras where Keras 2.3 has no such one."""
    name, inner = described["class_name"], described["config"]
    later = {
        key
        for key, value in inner.items()
        if key in _OPTIMIZER_LATER and key != "name" and value not in _OPTIMIZER_LATER[key]
    }
    if known and not later - {"clipnorm", "clipvalue"}:
        kept = {k: v for k, v in inner.items() if k not in _OPTIMIZER_LATER or k in later}
        return {"class_name": name, "config": kept}
    unknown = ("loss_scale_factor", "gradient_accumulation_steps")
    kept = {k: v for k, v in inner.items() if k not in unknown or v is not None}
    registered = f"Custom>{name}" if name in _UNLISTED else name
    return {"class_name": registered, "config": {**kept, "is_legacy_optimizer": False}}


def is_of_keras2(described: Config) -> bool:
    """Tell an optimizer that is written as Keras 2.3 writes it."""
    return "is_legacy_optimizer" not in described.get("config", {})
