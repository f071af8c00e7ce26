"""int8: the same numbers and the same files as live Keras."""

from __future__ import annotations

import warnings

import keras
import numpy as np
import pytest

import cornu
from cornu import quantizers


def _dense(k):
    x = k.Input((20,))
    y = k.layers.Dense(16, activation="relu")(x)
    return k.Model(x, k.layers.Dense(5, activation="softmax", use_bias=False)(y))


def _long_sums(k):
    x = k.Input((1500,))
    return k.Model(x, k.layers.Dense(3)(x))


def _steps(k):
    x = k.Input((6, 8))
    return k.Model(x, k.layers.Dense(4)(x))


def _einsum(equation, output_shape, bias_axes=None, shape=(6, 8)):
    def make(k):
        x = k.Input(shape)
        layer = k.layers.EinsumDense(equation, output_shape, bias_axes=bias_axes)
        return k.Model(x, layer(x))

    return make


def _text(k):
    x = k.Input((7,), dtype="int32")
    y = k.layers.Embedding(30, 6, mask_zero=True)(x)
    y = k.layers.GlobalAveragePooling1D()(y)
    return k.Model(x, k.layers.Dense(2)(y))


def _reversible(tied):
    def make(k):
        x = k.Input((7,), dtype="int32")
        layer = k.layers.ReversibleEmbedding(30, 6, tie_weights=tied)
        return k.Model(x, layer(layer(x), reverse=True))

    return make


def _images(k):
    x = k.Input((8, 8, 2))
    y = k.layers.Conv2D(4, 3, activation="relu")(x)
    return k.Model(x, k.layers.Dense(3)(k.layers.Flatten()(y)))


def _attention(k):
    x = k.Input((5, 8))
    y = k.layers.MultiHeadAttention(2, 4)(x, x)
    return k.Model(x, k.layers.Dense(3)(y))


#: No "..." of EinsumDense: quantizing it, Keras 3.15.1 raises "object of type 'int' has no len()".
MODELS = {
    "dense": _dense,
    "sums of more than 1024 products": _long_sums,
    "dense over steps": _steps,
    "abc,cd->abd": _einsum("abc,cd->abd", (6, 5), "d"),
    "abc,cde->abde": _einsum("abc,cde->abde", (6, 2, 3), "de"),
    "abc,bcd->abd": _einsum("abc,bcd->abd", (6, 5)),
    "abc,bcd->ad": _einsum("abc,bcd->ad", (5,), "d"),
    "abc,cd->adb": _einsum("abc,cd->adb", (4, 6)),
    "embedding": _text,
    "reversible, tied": _reversible(True),
    "reversible, untied": _reversible(False),
    "images": _images,
    "attention": _attention,
}
RELOADED = {name: make for name, make in MODELS.items() if name != "attention"}
CONFIGS = {
    "default": {},
    "weights alone": {"activation_quantizer": None},
}


def _inputs(model, seed=0):
    random = np.random.default_rng(seed)
    shape = (9, *model.inputs[0].shape[1:])
    if "int" in str(model.inputs[0].dtype):
        return random.integers(0, 30, shape).astype("int32")
    return random.normal(size=shape).astype("float32")


def _pair(make, tmp_path):
    """The model in Keras and, with its weights, in Cornu."""
    keras.utils.set_random_seed(3)
    theirs = make(keras)
    random = np.random.default_rng(5)
    theirs.set_weights([w + 0.1 * random.normal(size=w.shape) for w in theirs.get_weights()])
    theirs.save(tmp_path / "float.keras")
    return theirs, cornu.models.load_model(tmp_path / "float.keras")


def _quantize(model, **config):
    side = keras.quantizers if isinstance(model, keras.Model) else quantizers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.quantize("int8", config=side.Int8QuantizationConfig(**config) if config else None)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_predictions_and_weights_are_those_of_keras(make, config, tmp_path):
    theirs, ours = _pair(make, tmp_path)
    x = _inputs(theirs)
    _quantize(theirs, **config)
    _quantize(ours, **config)
    assert [str(w.dtype) for w in theirs.weights] == [str(w.dtype) for w in ours.weights]
    for one, two in zip(theirs.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-6)
    expected = theirs.predict(x, verbose=0)
    np.testing.assert_allclose(ours.predict(x, verbose=0), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_files_of_keras_are_read(make, tmp_path):
    theirs, ours = _pair(make, tmp_path)
    x = _inputs(theirs)
    _quantize(theirs)
    theirs.save(tmp_path / "int8.keras")
    ours = cornu.models.load_model(tmp_path / "int8.keras")
    expected = theirs.predict(x, verbose=0)
    np.testing.assert_allclose(ours.predict(x, verbose=0), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("make", RELOADED.values(), ids=RELOADED)
def test_keras_reads_our_files(make, tmp_path):
    """Those with attention neither side of Keras' own can read: the file does not say it."""
    theirs, ours = _pair(make, tmp_path)
    x = _inputs(theirs)
    _quantize(ours)
    ours.save(tmp_path / "int8.keras")
    again = keras.models.load_model(tmp_path / "int8.keras")
    expected = ours.predict(x, verbose=0)
    np.testing.assert_allclose(again.predict(x, verbose=0), expected, rtol=1e-5, atol=1e-5)
    assert again.count_params() == ours.count_params()


@pytest.mark.parametrize("name", ["dense", "embedding", "abc,cde->abde", "images"])
@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_hdf5_both_ways(name, config, tmp_path):
    theirs, ours = _pair(MODELS[name], tmp_path)
    x = _inputs(theirs)
    for model, load in ((theirs, cornu.models.load_model), (ours, keras.models.load_model)):
        _quantize(model, **config)
        expected = model.predict(x, verbose=0)
        model.save(tmp_path / "int8.h5")
        again = load(tmp_path / "int8.h5")
        np.testing.assert_allclose(again.predict(x, verbose=0), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["dense", "embedding", "abc,cde->abde"])
def test_corrections_of_low_rank_are_merged_as_keras_does(name, tmp_path):
    theirs, ours = _pair(MODELS[name], tmp_path)
    for model in (theirs, ours):
        _quantize(model)
        layer = model.layers[1]
        layer.enable_lora(2)
        random = np.random.default_rng(7)
        for variable in layer.trainable_weights:
            if "lora" in variable.name:
                variable.assign(random.normal(size=variable.shape).astype("float32"))
    x = _inputs(theirs)
    expected = theirs.predict(x, verbose=0)
    np.testing.assert_allclose(ours.predict(x, verbose=0), expected, rtol=1e-4, atol=1e-4)
    theirs.save(tmp_path / "theirs.keras")
    ours.save(tmp_path / "ours.keras")
    one = cornu.models.load_model(tmp_path / "theirs.keras")
    two = cornu.models.load_model(tmp_path / "ours.keras")
    for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1 if a.dtype == np.int8 else 1e-6)


def test_configuration_is_that_of_keras(tmp_path):
    theirs, ours = _pair(_dense, tmp_path)
    _quantize(theirs)
    _quantize(ours)
    one, two = (model.layers[1].get_config() for model in (theirs, ours))
    assert one["dtype"] == two["dtype"]
    one, two = one["quantization_config"], two["quantization_config"]
    quantizer = one["config"]["activation_quantizer"], two["config"]["activation_quantizer"]
    assert (one["module"], one["class_name"]) == (two["module"], two["class_name"])
    assert {**quantizer[0]["config"], "value_range": [-127, 127]} == {
        **quantizer[1]["config"],
        "value_range": [-127, 127],
    }
    assert str(theirs.layers[1].dtype_policy) == str(ours.layers[1].dtype_policy)


def test_filters_name_the_same_layers(tmp_path):
    for filters in ("dense_", ["dense_", "none"], lambda layer: layer.name.endswith("_1")):
        theirs, ours = _pair(_dense, tmp_path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs.quantize("int8", filters=filters)
        ours.quantize("int8", filters=filters)
        assert [str(w.dtype) for w in theirs.weights] == [str(w.dtype) for w in ours.weights]


@pytest.mark.parametrize("name", ["dense", "abc,cd->abd"])
def test_training_goes_on_through_a_quantized_layer(name, tmp_path):
    """Gradients pass by the weight as floats, as in Keras."""
    theirs, ours = _pair(MODELS[name], tmp_path)
    x = _inputs(theirs)
    y = np.zeros_like(theirs.predict(x, verbose=0))
    losses = []
    for model in (theirs, ours):
        _quantize(model)
        model.compile(optimizer="sgd", loss="mse")
        history = model.fit(x, y, epochs=3, batch_size=9, shuffle=False, verbose=0)
        losses.append(history.history["loss"])
    np.testing.assert_allclose(*losses, rtol=1e-4)
    assert losses[0][-1] < losses[0][0]
