"""Weights as int8: what layers and models do with them, and what is refused."""

from __future__ import annotations

import copy
import pickle
import warnings

import numpy as np
import pytest

import cornu
from cornu import layers, quantizers
from cornu_engine.gradients import gradients
from cornu_engine.reference import evaluate
from cornu_engine.trace import Trace, as_node

RANDOM = np.random.default_rng(0)


def draw(*shape):
    return RANDOM.normal(size=shape).astype("float32")


# A layer that is linear, and its input.
LAYERS = {
    "Dense": (lambda: layers.Dense(5), (3, 20)),
    "Dense of steps": (lambda: layers.Dense(5, activation="tanh"), (3, 4, 20)),
    "EinsumDense": (
        lambda: layers.EinsumDense("abc,cde->abde", (4, 2, 3), bias_axes="e"),
        (3, 4, 9),
    ),
    "EinsumDense ...": (lambda: layers.EinsumDense("...x,xy->...y", 6), (3, 4, 5, 9)),
    "EinsumDense at the end": (lambda: layers.EinsumDense("ab...,bc->ac...", 6), (3, 9, 5)),
    "Conv1D": (lambda: layers.Conv1D(4, 3, padding="causal", dilation_rate=2), (3, 9, 4)),
    "Conv2D": (lambda: layers.Conv2D(4, 3, padding="same", strides=2), (3, 8, 9, 2)),
    "Conv2D in groups": (lambda: layers.Conv2D(6, 3, groups=2), (3, 8, 9, 4)),
    "Conv2D, channels first": (
        lambda: layers.Conv2D(4, 3, data_format="channels_first"),
        (3, 2, 8, 9),
    ),
    "Conv3D": (lambda: layers.Conv3D(4, 2), (3, 4, 5, 6, 2)),
    "DepthwiseConv1D": (lambda: layers.DepthwiseConv1D(3, strides=2), (3, 9, 4)),
    "DepthwiseConv2D": (
        lambda: layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, dilation_rate=2),
        (3, 8, 9, 4),
    ),
    "DepthwiseConv2D, channels first": (
        lambda: layers.DepthwiseConv2D((3, 2), data_format="channels_first"),
        (3, 4, 8, 9),
    ),
    "SeparableConv1D": (lambda: layers.SeparableConv1D(6, 3, depth_multiplier=2), (3, 9, 4)),
    "SeparableConv2D": (lambda: layers.SeparableConv2D(6, 3, strides=2), (3, 8, 9, 4)),
    "SeparableConv2D, channels first": (
        lambda: layers.SeparableConv2D(6, 3, data_format="channels_first", padding="same"),
        (3, 4, 8, 9),
    ),
    "Conv1DTranspose": (lambda: layers.Conv1DTranspose(5, 3, strides=2), (3, 9, 4)),
    "Conv2DTranspose": (lambda: layers.Conv2DTranspose(5, 3, padding="same"), (3, 8, 9, 4)),
}


def kernels(layer):
    """The names of the weights that become int8."""
    return ["_" + layer.adapted_name, *layer.further_weights()]


def whole(layer):
    return [getattr(layer, name) for name in kernels(layer)]


@pytest.mark.parametrize(("make", "shape"), LAYERS.values(), ids=LAYERS)
@pytest.mark.parametrize("activations", ["default", None], ids=["int8", "floats"])
def test_outputs_are_near_those_of_floats(make, shape, activations):
    """A rounded number is off by half a step of 1/127 of the largest at most."""
    layer, x = make(), draw(*shape)
    layer.build(shape)
    expected = layer(x)
    layer.quantize(config=quantizers.Int8QuantizationConfig(None, activations))
    off = np.abs(layer(x) - expected)
    assert 0 < off.max() < 0.04 * np.abs(expected).max()
    assert all(kernel.dtype == np.int8 for kernel in whole(layer))
    assert layer.quantization_mode == "int8"
    model = cornu.Sequential([cornu.Input(shape[1:]), layer])
    np.testing.assert_allclose(model.predict(x, verbose=0), layer(x), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("make", "shape"), LAYERS.values(), ids=LAYERS)
def test_the_derivative_is_that_of_the_weight_as_floats(make, shape):
    layer, x = make(), draw(*shape)
    layer.build(shape)
    layer.activation = None
    layer.quantize("int8")
    floats = make()
    floats.build(shape)
    floats.activation = None
    weight, scale, *further = layer._int8_variables()
    getattr(floats, kernels(floats)[0]).assign(layer.as_floats(weight, scale))
    for name, weight, scale in zip(kernels(floats)[1:], further[::2], further[1::2], strict=True):
        getattr(floats, name).assign(weight.numpy() / scale.numpy())

    def slope(of):
        with Trace("slope") as trace:
            value = trace.input("x", x.shape, x.dtype)
            (found,) = gradients([as_node(cornu.ops.sum(of(value) * 0.5))], [value])
        known = {leaf: variable.array for variable, leaf in trace.variables.items()}
        return evaluate([found], {value: x, **known})[0]

    np.testing.assert_allclose(slope(layer), slope(floats), rtol=1e-5, atol=1e-6)


def model_of_images():
    return cornu.Sequential(
        [
            cornu.Input((8, 8, 2)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.DepthwiseConv2D(2),
            layers.SeparableConv2D(5, 2, activation="relu"),
            layers.Conv2DTranspose(4, 2),
            layers.Flatten(),
            layers.Dense(3),
        ]
    )


def quantized(**options):
    model = model_of_images()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.quantize("int8", **options)
    return model


IMAGES = draw(40, 8, 8, 2)
WAYS = {"from batch to batch": {}, "calibrated": {"calibration_data": IMAGES}}


def clone(model, tmp_path):
    twin = cornu.models.clone_model(model)
    twin.set_weights(model.get_weights())
    return twin


def through_a_file(model, tmp_path):
    model.save(tmp_path / "m.keras")
    return cornu.models.load_model(tmp_path / "m.keras")


def through_weights(model, tmp_path):
    """Into a model of floats: the file says which weights are int8, not how inputs become so."""
    model.save_weights(tmp_path / "m.weights.h5")
    twin = model_of_images()
    twin.load_weights(tmp_path / "m.weights.h5")
    return twin


COPIES = {
    "clone": clone,
    "file": through_a_file,
    "deepcopy": lambda model, path: copy.deepcopy(model),
    "pickle": lambda model, path: pickle.loads(pickle.dumps(model)),
    "weights": through_weights,
}


@pytest.mark.parametrize("options", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("way", COPIES.values(), ids=COPIES)
def test_copies_compute_the_same(way, options, tmp_path):
    if way is through_weights and options:
        return  # the scales of calibration stand in the configuration
    model = quantized(**options)
    expected = model.predict(IMAGES, verbose=0)
    twin = way(model, tmp_path)
    np.testing.assert_array_equal(twin.predict(IMAGES, verbose=0), expected)
    assert [w.dtype for w in twin.weights] == [w.dtype for w in model.weights]


def test_calibration_fixes_the_scales():
    model = quantized(calibration_data=IMAGES)
    first, last = model.layers[0], model.layers[-1]
    assert first.kernel.dtype == last.kernel.dtype == np.int8
    assert first.inputs_quantizer.scale == pytest.approx(127 / np.abs(IMAGES).max())
    inner = cornu.Model(model.inputs, model.layers[-2].output)(IMAGES)
    assert last.inputs_quantizer.scale == pytest.approx(127 / np.abs(inner).max(), rel=0.1)
    separable = model.layers[3]
    scales = [separable.quantizer_of(product).scale for product in (0, 1)]
    assert scales[0] != scales[1]
    assert model.layers[4].inputs_quantizer is None  # its kernel alone is int8
    one = model.predict(IMAGES[:1], verbose=0)
    np.testing.assert_array_equal(one, model.predict(IMAGES, verbose=0)[:1])


def test_convolutions_wait_for_calibration():
    """As Keras, which has no convolution of int8, so that its files and numbers are the same."""
    model = model_of_images()
    with pytest.warns(UserWarning, match=r"they are: .*conv2d.*\. Convolutions.*calibration_data"):
        model.quantize("int8")
    assert {w.dtype.name for layer in model.layers[:-1] for w in layer.weights} == {"float32"}
    assert model.layers[-1].kernel.dtype == np.int8


def test_kernels_alone_may_be_whole_numbers():
    """Nothing is calibrated then; the data only says that convolutions are meant too."""
    model = model_of_images()
    expected = model.predict(IMAGES, verbose=0)
    config = quantizers.Int8QuantizationConfig(activation_quantizer=None)
    model.quantize("int8", config=config, calibration_data=IMAGES[:1])
    for layer in (model.layers[i] for i in (0, 2, 3, 4, 6)):
        assert {kernel.dtype.name for kernel in whole(layer)} == {"int8"}
        assert layer.quantization_config.activation_quantizer is None
    off = np.abs(model.predict(IMAGES, verbose=0) - expected).max()
    assert 0 < off < 0.03 * np.abs(expected).max()


@pytest.mark.parametrize(
    "data",
    [
        IMAGES,
        [IMAGES],
        (batch for batch in (IMAGES[:20], IMAGES[20:])),
        ((batch, np.zeros(20)) for batch in (IMAGES[:20], IMAGES[20:])),
    ],
    ids=["array", "list", "batches", "batches with targets"],
)
def test_calibration_data_may_be(data):
    model = model_of_images()
    model.quantize("int8", calibration_data=data)
    scale = model.layers[0].inputs_quantizer.scale
    assert scale == pytest.approx(127 / np.abs(IMAGES).max())


def test_a_layer_that_has_no_such_form_is_named():
    model = cornu.Sequential([cornu.Input((4, 3)), layers.LSTM(2, name="memory"), layers.Dense(2)])
    with pytest.warns(UserWarning, match=r"stay as they are: .*memory/lstm_cell\."):
        model.quantize("int8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cornu.Sequential([cornu.Input((4,)), layers.Dense(2), layers.ReLU()]).quantize("int8")


class Doubled(layers.Dense):
    def call(self, inputs):
        return 2 * super().call(inputs)


def test_a_class_of_ones_own_is_refused_unless_said():
    layer = Doubled(2, name="own")
    layer.build((None, 3))
    with pytest.raises(NotImplementedError, match=r"own.*type_check=False"):
        layer.quantize("int8")
    x = draw(4, 3)
    expected = layer(x)
    layer.quantize("int8", type_check=False)
    np.testing.assert_allclose(layer(x), expected, atol=0.1)


def built():
    layer = layers.Dense(2, name="d")
    layer.build((None, 3))
    return layer


def twice():
    layer = built()
    layer.quantize("int8")
    layer.quantize("int8")


REFUSED = {
    "int4": (lambda: built().quantize("int4"), "no quantization 'int4' here.*Use 'int8'"),
    "float8": (lambda: built().quantize("float8"), "no quantization 'float8'.*Use 'int8'"),
    "gptq": (lambda: built().quantize("gptq"), "no quantization 'gptq'.*Use 'int8'"),
    "awq": (lambda: built().quantize("awq"), "no quantization 'awq'.*Use 'int8'"),
    "int9": (lambda: built().quantize("int9"), "takes the mode 'int8'.*'int9'"),
    "nothing": (lambda: built().quantize(), "needs a mode, such as 'int8', or a config"),
    "contradiction": (
        lambda: built().quantize("int4", config=quantizers.Int8QuantizationConfig()),
        "mode='int4' contradicts the config, whose mode is 'int8'",
    ),
    "a dict": (lambda: built().quantize(config={"mode": "int8"}), "Int8QuantizationConfig"),
    "twice": (twice, '"d".*quantized already'),
    "too early": (lambda: layers.Dense(2, name="d").quantize("int8"), '"d".*no weights yet'),
    "model too early": (
        lambda: cornu.Sequential([layers.Dense(2)], name="m").quantize("int8"),
        "'m' has no weights yet",
    ),
    "float16": (
        lambda: layers.Dense(2, dtype="int8_from_mixed_float16"),
        "larger than float16 holds.*mixed_bfloat16",
    ),
    "int4 policy": (lambda: layers.Dense(2, dtype="int4_from_float32"), "no quantization 'int4'"),
    "argument": (lambda: layers.Dense(2, quantization_config="int8"), "Int8QuantizationConfig"),
    "filters": (lambda: model_of_images().quantize("int8", filters=3), "filters is a pattern"),
    "no rows": (
        lambda: model_of_images().quantize("int8", calibration_data=IMAGES[:0]),
        "at least one",
    ),
    "not finite": (
        lambda: model_of_images().quantize("int8", calibration_data=IMAGES * np.inf),
        "calibration_data.*not finite",
    ),
    "a range": (lambda: quantizers.AbsMaxQuantizer(value_range=(-200, 127)), r"within \(-128, 127"),
    "a scale": (lambda: quantizers.FixedQuantizer(0.0), "above 0"),
    "a quantizer": (lambda: quantizers.get("abs_min"), "no quantizer 'abs_min'"),
    "another dtype": (
        lambda: quantizers.Int8QuantizationConfig(
            quantizers.AbsMaxQuantizer(0, output_dtype="int16")
        ),
        "output_dtype='int8'.*int16",
    ),
}


@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED)
@pytest.mark.filterwarnings("ignore")
def test_refused(call, message):
    with pytest.raises((ValueError, RuntimeError, LookupError), match=message):
        call()


def test_a_refusal_changes_nothing():
    model = model_of_images()
    with pytest.raises(ValueError, match="finite"):
        model.quantize("int8", calibration_data=IMAGES * np.nan)
    assert all(w.dtype == np.float32 for w in model.weights)
    assert model.predict(IMAGES, verbose=0).shape == (40, 3)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "bfloat16"])
def test_models_in_bfloat16(policy, tmp_path):
    """Keras takes them too; bfloat16 rounds what whole numbers give, to a 256th each time."""
    pytest.importorskip("ml_dtypes")
    model = cornu.models.clone_model(
        model_of_images(),
        clone_function=lambda layer: layer.__class__.from_config(
            {**layer.get_config(), "dtype": policy}
        ),
    )
    expected = model.predict(IMAGES, verbose=0).astype("float32")
    model.quantize("int8", calibration_data=IMAGES)
    assert model.layers[-1].dtype_policy.name == f"int8_from_{policy}"
    found = model.predict(IMAGES, verbose=0)
    assert found.dtype.name == "bfloat16"
    off = np.abs(found.astype("float32") - expected)
    assert 0 < off.max() < 0.05 * np.abs(expected).max()
    np.testing.assert_array_equal(through_a_file(model, tmp_path).predict(IMAGES, verbose=0), found)


def test_a_policy_makes_a_layer_of_int8():
    layer = layers.Dense(2, dtype="int8_from_float32")
    layer.build((None, 3))
    assert [w.dtype.name for w in layer.weights] == ["float32", "int8", "float32"]
    assert layer.dtype_policy == cornu.dtype_policies.get(layer.dtype_policy.name)
    assert layers.Dense.from_config(layer.get_config()).dtype_policy == layer.dtype_policy


def test_a_policy_that_is_set_quantizes():
    layer, x = built(), draw(2, 3)
    expected = layer(x)
    layer.dtype_policy = "int8_from_float32"
    assert layer.kernel.dtype == np.int8
    np.testing.assert_allclose(layer(x), expected, atol=0.1)
    with pytest.raises(ValueError, match="weight of int8, which 'float32' does not say"):
        layer.dtype_policy = "float32"


def test_weights_of_zeros_stay_zeros():
    layer = layers.Dense(2, kernel_initializer="zeros")
    layer.build((None, 3))
    layer.quantize("int8")
    np.testing.assert_array_equal(layer(np.zeros((1, 3), "float32")), np.zeros((1, 2)))


def test_training_goes_on_with_the_other_weights():
    model = quantized()
    before = [w.numpy() for w in model.layers[-1].weights]
    model.compile("adam", "mse")
    history = model.fit(IMAGES, np.ones((40, 3)), epochs=3, verbose=0).history["loss"]
    assert history[-1] < history[0]
    changed = [
        not np.array_equal(a, w.numpy())
        for a, w in zip(before, model.layers[-1].weights, strict=True)
    ]
    assert changed == [True, False, False]  # the bias
