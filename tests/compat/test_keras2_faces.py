"""Modules, names and defaults of the dialects."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from importlib import import_module

import cornu.compat.keras2 as keras
import numpy as np
import pytest

import cornu
from cornu_keras.compat import keras2, tfkeras

DIALECTS = {"keras2": keras2.dialect, "tfkeras": tfkeras.dialect}
# What tf.keras has and Cornu has not: these say so when they are asked for.
ABSENT = re.compile(
    r"applications\.(regnet\.|resnet_rs\.|RegNet|ResNetRS)|experimental|legacy|DenseFeatures|"
    r"MeanTensor|SidecarEvaluatorModelExport|"
    r"ConvNeXtBase|SidecarEvaluator|StepsPerExecutionTuner"
)


@pytest.mark.parametrize("name", DIALECTS)
def test_each_name_of_the_table_stands_for_something(name):
    dialect, absent = DIALECTS[name], []
    for module in sorted(dialect.table.modules()):
        if dialect.table.alias(module) or (name == "tfkeras" and ABSENT.search(f"{module}.")):
            continue
        face = import_module(f"cornu.compat.{name}.{module}".rstrip("."))
        absent += [f"{module}.{n}" for n in dialect.names(module) if not hasattr(face, n)]
    assert [n for n in absent if name == "keras2" or not ABSENT.search(n)] == []


@pytest.mark.parametrize(
    "module",
    """callbacks.callbacks engine.base_layer engine.input_layer engine.network engine.saving
    engine.sequential engine.topology engine.training layers.advanced_activations
    layers.convolutional layers.convolutional_recurrent layers.core layers.cudnn_recurrent
    layers.embeddings layers.local layers.merge layers.noise layers.normalization layers.pooling
    layers.recurrent layers.wrappers legacy.interfaces legacy.layers legacy.models objectives
    preprocessing.image preprocessing.sequence preprocessing.text utils.np_utils
    wrappers.scikit_learn datasets.mnist applications.vgg16 backend""".split(),
)
def test_each_module_of_keras_2_can_be_imported(module):
    assert import_module(f"cornu.compat.keras2.{module}") is not None


@pytest.mark.parametrize(
    "line",
    """from layers.core import K, activations, initializers, regularizers, constraints, interfaces
    from layers.recurrent import Recurrent, RNN, to_list, has_arg
    from layers.convolutional import conv_utils, transpose_shape, Deconv2D, AtrousConv2D
    from layers.wrappers import Wrapper, TimeDistributed
    from layers.merge import concatenate, Concatenate
    from engine.base_layer import Layer, InputSpec, Node, count_params
    from engine.topology import Container, Network, Input, get_source_inputs
    from engine.network import Network, unpack_singleton
    from engine import InputSpec, Layer, Model
    from losses import K, mean_squared_error
    from models import to_list, Model""".splitlines(),
)
def test_what_lies_about_in_modules_of_keras_2(line):
    _, module, _, names = line.strip().split(" ", 3)
    face = import_module(f"cornu.compat.keras2.{module}")
    assert [n for n in names.split(", ") if not hasattr(face, n)] == []


def test_merge_is_a_module_and_a_function():
    merge = import_module("cornu.compat.keras2.layers.merge")
    assert merge.Concatenate is keras.layers.Concatenate
    a, b = keras.Input((2,)), keras.Input((3,))
    assert keras.layers.merge([a, b], mode="concat").shape == merge([a, b], mode="concat").shape


def test_old_paths_hold_the_same_classes():
    core = import_module("cornu.compat.keras2.layers.core")
    topology = import_module("cornu.compat.keras2.engine.topology")
    assert core.Dense is keras.layers.Dense
    assert topology.Layer is keras.layers.Layer
    assert keras.layers.Convolution2D is keras.layers.Conv2D


# Class or function, argument, Keras 2.3.1's value, tf_keras' value: measured.
DEFAULTS = [
    ("layers.ConvLSTM2D", (2, 3), "recurrent_activation", "hard_sigmoid", "hard_sigmoid"),
    ("layers.GRU", (2,), "reset_after", False, True),
    ("layers.GRUCell", (2,), "reset_after", False, True),
    ("layers.GRU", (2,), "implementation", 2, None),
    ("layers.AveragePooling2D", (), "pool_size", (2, 2), (2, 2)),
    ("layers.MaxPooling1D", (), "pool_size", (2,), (2,)),
    ("layers.MaxPooling1D", (), "data_format", "channels_last", "channels_last"),
    ("optimizers.Adagrad", (), "learning_rate", 0.01, 0.001),
    ("optimizers.Adadelta", (), "learning_rate", 1.0, 0.001),
    ("optimizers.Adamax", (), "learning_rate", 0.002, 0.001),
    ("optimizers.Nadam", (), "learning_rate", 0.002, 0.001),
    ("regularizers.l1_l2", (), "l1", 0.01, 0.01),
    ("losses.LogCosh", (), "name", "logcosh", "log_cosh"),
    ("losses.KLDivergence", (), "name", "kullback_leibler_divergence", "kl_divergence"),
]


def value_of(dialect, path, args, argument):
    module, _, name = path.rpartition(".")
    made = getattr(import_module(f"cornu.compat.{dialect}.{module}"), name)(*args)
    value = getattr(made, argument)
    value = getattr(value, "__name__", value)
    value = float(value) if hasattr(value, "numpy") else value
    return {"keras2_hard_sigmoid": "hard_sigmoid"}.get(value, value)


@pytest.mark.parametrize(("path", "args", "argument", "in_keras2", "in_tfkeras"), DEFAULTS)
def test_defaults_are_those_of_the_dialect(path, args, argument, in_keras2, in_tfkeras):
    for dialect, wanted in (("keras2", in_keras2), ("tfkeras", in_tfkeras)):
        if wanted is not None:
            found = value_of(dialect, path, args, argument)
            assert found == (pytest.approx(wanted) if isinstance(wanted, float) else wanted)


def test_arguments_come_in_the_order_of_the_dialect():
    # Keras 3 has LeakyReLU(negative_slope), relu(x, negative_slope, max_value, threshold)
    assert keras.layers.LeakyReLU(0.2).negative_slope == 0.2
    assert keras.layers.LeakyReLU(alpha=-1.0)(np.float32([[-2.0]])) == 2.0
    np.testing.assert_allclose(
        keras.activations.relu(np.float32([[-1.0, 9.0]]), 0.5, 6.0), [[-0.5, 6.0]]
    )


@pytest.mark.parametrize("name", ["Dens", "MultiHeadAttention", "LayerNormalization"])
def test_a_name_that_keras_2_did_not_have_is_not_there(name):
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'"):
        getattr(keras.layers, name)


def test_objects_of_plain_cornu_are_instances():
    for plain, spoken in (
        (cornu.layers.Dense(2), keras.layers.Dense),
        (cornu.layers.LSTM(2), keras.layers.Layer),
        (cornu.Sequential(), keras.models.Model),
        (cornu.optimizers.Adagrad(), keras.optimizers.Adagrad),
    ):
        assert isinstance(plain, spoken)
        assert not isinstance(object(), spoken)
    assert issubclass(cornu.layers.Dense, keras.layers.Layer)
    assert not issubclass(cornu.layers.Dense, keras.layers.LSTM)

    class Mine(keras.layers.Dense):
        pass

    assert not isinstance(cornu.layers.Dense(2), Mine)
    assert isinstance(Mine(2), keras.layers.Dense)
    assert isinstance(Mine(2), keras.layers.Layer)


def test_classes_can_be_pickled():
    layer = pickle.loads(pickle.dumps(keras.layers.Dense(3, name="d")))
    assert type(layer) is keras.layers.Dense
    assert layer.name == "d"
    assert pickle.loads(pickle.dumps(keras.layers.Dense)) is keras.layers.Dense


def test_files_of_a_dialect_load_in_another():
    model = keras.Sequential(
        [
            keras.layers.GRU(4, input_shape=(5, 3), recurrent_activation="hard_sigmoid"),
            keras.layers.LeakyReLU(alpha=0.1),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    for load in (cornu.models.model_from_json, keras.models.model_from_json):
        again = load(model.to_json())
        again.set_weights(model.get_weights())
        np.testing.assert_allclose(
            again.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-6
        )
    assert type(again) is keras.Sequential
    assert type(again.layers[0]) is keras.layers.GRU


@pytest.mark.parametrize("suffix", ["h5", "keras"])
def test_a_model_is_saved_and_loaded(tmp_path, suffix):
    x = keras.layers.Input((4,))
    y = keras.layers.add(
        [keras.layers.Dense(3)(x), keras.layers.Dense(3, activation="hard_sigmoid")(x)]
    )
    model = keras.models.Model(x, y)
    model.compile("sgd", "mse")
    path = str(tmp_path / f"model.{suffix}")
    model.save(path)
    again = keras.models.load_model(path)
    assert again.loss in ("mse", "mean_squared_error")
    assert type(again.optimizer) is type(model.optimizer)
    again.train_on_batch(np.ones((2, 4)), np.ones((2, 3)))
    again.set_weights(model.get_weights())
    data = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    np.testing.assert_allclose(again.predict(data), model.predict(data), atol=1e-6)
    assert [type(layer) for layer in again.layers] == [type(layer) for layer in model.layers]


def test_strings_mean_what_they_meant():
    x = np.float32([[1.0]])
    layers = keras.layers
    assert layers.Activation("hard_sigmoid")(x) == pytest.approx(0.7)
    assert layers.Dense(1, "hard_sigmoid", kernel_initializer="ones")(x) == pytest.approx(0.7)
    cell = layers.LSTMCell(2, recurrent_activation="hard_sigmoid")
    assert cell.recurrent_activation(x) == pytest.approx(0.7)
    assert layers.LSTM(2, recurrent_activation="hard_sigmoid").cell.recurrent_activation(x) == (
        pytest.approx(0.7)
    )
    assert keras.activations.get("hard_sigmoid")(x) == pytest.approx(0.7)
    assert keras.activations.serialize(keras.activations.hard_sigmoid) == "hard_sigmoid"
    # and in plain Cornu what they mean there
    assert cornu.layers.Activation("hard_sigmoid")(x) == pytest.approx(1 / 6 + 0.5)


def test_names_of_tf_keras_that_moved_since():
    from cornu.compat import tfkeras as tk

    adam = tk.optimizers.experimental.Adam(0.1)
    assert isinstance(adam, cornu.optimizers.Adam)
    assert isinstance(adam, tk.optimizers.Adam)
    assert tk.experimental.CosineDecay is tk.optimizers.schedules.CosineDecay
    assert isinstance(tk.layers.experimental.SyncBatchNormalization(), tk.layers.BatchNormalization)

    class Cell(tk.layers.AbstractRNNCell):
        state_size = output_size = 2

        def call(self, inputs, states):
            output = inputs[:, :2] + states[0]
            return output, [output]

    summed = tk.layers.RNN(Cell())(np.ones((1, 3, 2), "float32"))
    np.testing.assert_array_equal(summed, [[3.0, 3.0]])


def test_plain_cornu_loads_no_dialect():
    code = (
        "import sys, cornu; cornu.layers.Dense(2); cornu.Sequential(); "
        "assert not [m for m in sys.modules if '.compat' in m]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
