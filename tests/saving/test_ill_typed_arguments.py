"""An argument that is not what an object takes is refused when a file is read, not in use.

Every class that a file may name, all of its arguments, values of every type: what loads is used.
"""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.configuration.config import deserialize, serialize
from cornu.errors import BadFileError, ShapeError
from cornu.plugins import registry
from cornu_data.constructors import signature_parameters
from cornu_engine.files.rules import reading

VALUES = ["x", None, 0.5, True, -1, [], ["x"], [None], {"a": 1}, {"class_name": "Adam"}]
# What says how many there are, and where: whether it fits, the data tells.
OF_SHAPES = (ShapeError, ValueError, IndexError)
BASES = ("LearningRateSchedule", "Loss", "Metric", "Optimizer", "Reduction")
# Arguments that have no default.
REQUIRED = {
    "CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 9},
    "CosineDecayRestarts": {"initial_learning_rate": 0.1, "first_decay_steps": 9},
    "ExponentialDecay": {"initial_learning_rate": 0.1, "decay_steps": 9, "decay_rate": 0.9},
    "InverseTimeDecay": {"initial_learning_rate": 0.1, "decay_steps": 9, "decay_rate": 0.9},
    "PiecewiseConstantDecay": {"boundaries": [2, 4], "values": [0.3, 0.2, 0.1]},
    "PolynomialDecay": {"initial_learning_rate": 0.1, "decay_steps": 9},
    "LossScaleOptimizer": {"inner_optimizer": cornu.optimizers.SGD()},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
    "IoU": {"num_classes": 2, "target_class_ids": [0]},
    "OneHotIoU": {"num_classes": 2, "target_class_ids": [0]},
    "MeanIoU": {"num_classes": 2},
    "OneHotMeanIoU": {"num_classes": 2},
}
# Names of arguments of layers that have no default, and values that fit most of them.
COMMON = {
    "units": 3, "filters": 2, "kernel_size": 2, "rate": 0.5, "stddev": 0.1, "pool_size": 2,
    "input_dim": 5, "output_dim": 3, "num_heads": 2, "key_dim": 3, "n": 2, "dims": (1,),
    "target_shape": (-1,), "equation": "ab,bc->ac", "output_shape": (3,), "size": 2, "factor": 0.3,
    "height": 4, "width": 4, "num_bins": 3, "layer": layers.Dense(2), "cell": layers.LSTMCell(2),
    "height_factor": 0.2, "width_factor": 0.2, "scale": 0.5, "num_tokens": 4, "head_dim": 2,
    "num_query_heads": 2, "num_key_value_heads": 1, "function": "relu", "nb_feature": 2,
}  # fmt: skip
INPUTS = [(2, 4), (2, 6, 6), (2, 6, 6, 3), (2, 6, 6, 6, 3), (2, 6, 6, 6, 6, 3)]


def _classes(kind):
    found = {entry.object for entry in registry.entries(kind) if isinstance(entry.object, type)}
    return sorted(found, key=lambda cls: cls.__name__)


def _revived(kind, config):
    with reading("a file"):
        return deserialize(config, kind=kind)


def _of_another_type(good):
    return [v for v in VALUES if v == -1 or type(v) is not type(good)]


def _use(kind, obj):
    inputs = cornu.Input((3,))
    model = cornu.Model(inputs, layers.Dense(2, activation="softmax")(inputs))
    optimizer = obj if kind == "optimizer" else "sgd"
    if not hasattr(optimizer, "apply_gradients") and kind == "optimizer":
        optimizer = cornu.optimizers.SGD(obj)  # of a schedule
    loss = obj if kind == "loss" else "mse"
    model.compile(optimizer, loss, [obj] if kind == "metric" else [], run_eagerly=True)
    model.fit(np.ones((4, 3), "float32"), np.eye(4, 2, dtype="float32"), verbose=0)


def _can_be_used(use, *arguments):
    try:
        use(*arguments)
    except OF_SHAPES as error:
        return "could not convert" not in str(error)
    return True


def _made(cls, **more):
    try:
        return cls(**REQUIRED.get(cls.__name__, {}), **more)
    except TypeError:
        return None


@pytest.mark.parametrize(
    ("kind", "cls"),
    [
        pytest.param(kind, cls, id=cls.__name__)
        for kind in ("optimizer", "loss", "metric")
        for cls in _classes(kind)
    ],
)
def test_what_is_loaded_can_be_used(kind, cls):
    good = _made(cls)
    if good is None or cls.__name__ in BASES:
        pytest.skip("It is a base, or made of functions and other objects.")
    config = serialize(good)
    loaded = 0
    for name, value in config["config"].items():
        for bad in _of_another_type(value):
            try:
                obj = _revived(kind, {**config, "config": {**config["config"], name: bad}})
            except BadFileError:
                continue
            loaded += 1
            assert _can_be_used(_use, kind, obj), (name, bad)
    assert loaded < 3 * len(config["config"])  # most of it is refused


def _a_layer(cls):
    """Return a layer of a class with an input that it takes, if one can be guessed."""
    for inputs in INPUTS:
        x = np.ones(inputs, "float32")
        for more in ({}, COMMON):
            takes = [k for k in more if k in signature_parameters(cls)]
            try:
                layer = cls(**{k: more[k] for k in takes})
                layer(x)
            except Exception:
                continue
            return layer, x
    return None


@pytest.mark.parametrize("cls", _classes("layer"), ids=lambda cls: cls.__name__)
def test_a_layer_that_is_loaded_can_be_called(cls):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = _a_layer(cls)
        if found is None:
            pytest.skip("It takes other inputs than one array of numbers.")
        layer, x = found
        config = serialize(layer)
        for name, value in config["config"].items():
            for bad in _of_another_type(value):
                changed = {**config, "config": {**config["config"], name: bad}}
                changed.pop("build_config", None)
                try:
                    obj = _revived("layer", changed)
                except BadFileError:
                    continue
                assert _can_be_used(obj, x), (name, bad)


@pytest.mark.parametrize(
    ("kind", "name", "argument", "value"),
    [
        ("optimizer", "Adam", "beta_1", "0.9"),
        ("optimizer", "Adam", "beta_1", None),
        ("optimizer", "SGD", "momentum", [0.9]),
        ("optimizer", "AdamW", "weight_decay", "x"),
        ("optimizer", "SGD", "clipnorm", "x"),
        ("optimizer", "SGD", "global_clipnorm", {"a": 1}),
        ("optimizer", "SGD", "gradient_accumulation_steps", 2.5),
        ("optimizer", "SGD", "learning_rate", None),
        ("optimizer", "SGD", "decay", "x"),
        ("optimizer", "SGD", "lr", "x"),
        ("optimizer", "SGD", "name", 3),
        ("loss", "Huber", "delta", 10**400),
        ("loss", "MeanSquaredError", "dtype", "x"),
        ("metric", "TopKCategoricalAccuracy", "k", "5"),
        ("metric", "TopKCategoricalAccuracy", "k", 0),
        ("metric", "Precision", "thresholds", "x"),
        ("layer", "Dropout", "rate", "0.9"),
        ("layer", "Dropout", "seed", 2**70),
        ("layer", "Activation", "activation", {"a": 1}),
    ],
    ids=str,
)
def test_an_ill_typed_argument_is_named(kind, name, argument, value):
    with pytest.raises(BadFileError) as caught:
        _revived(kind, {"class_name": name, "config": {argument: value}})
    assert caught.value.rule in ("config", "names")


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("run_eagerly", "x"),
        ("steps_per_execution", "x"),
        ("auto_scale_loss", [1]),
        ("loss_weights", "x"),
        ("loss_weights", ["x"]),
        ("loss_weights", {"d": "x"}),
        ("metrics", 3),
        ("metrics", [3]),
        ("loss", 3),
        ("optimizer", 3),
        ("optimizer", {"class_name": "Dense", "config": {"units": 1}}),
    ],
    ids=str,
)
def test_what_a_file_tells_compile_is_checked(argument, value):
    inputs = cornu.Input((3,))
    model = cornu.Model(inputs, layers.Dense(1, name="d")(inputs))
    model.compile("sgd", "mse")
    config = serialize(model)
    config["compile_config"][argument] = value
    with pytest.raises(BadFileError):
        _revived("layer", config)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("RandAugment", {"num_ops": 10**9, "value_range": [0, 255]}),
        ("AugMix", {"num_chains": 10**9, "value_range": [0, 255]}),
        ("RandomGaussianBlur", {"kernel_size": [2**30 + 1, 3]}),
        ("RandomCrop", {"height": 2**30, "width": 2}),
    ],
)
@pytest.mark.parametrize("read", [cornu.models.model_from_json, cornu.models.model_from_yaml])
def test_what_costs_by_its_size_is_bounded(name, arguments, read):
    model = cornu.Sequential([cornu.Input((8, 8, 3)), layers.Identity()])
    config = json.loads(model.to_json())
    config["config"]["layers"][1].update(class_name=name, config=arguments)
    with pytest.raises(BadFileError) as caught:
        read(json.dumps(config))
    assert caught.value.rule == "size"
