"""What Keras 2.3.1 let pass, and how its metrics count: numbers of its own tests."""

import cornu.compat.keras2 as keras
import cornu.compat.tfkeras as tfkeras
import numpy as np
import pytest
from cornu.compat.keras2 import activations, layers, metrics
from cornu.compat.keras2.models import Sequential

import cornu

BOTH = pytest.mark.parametrize("of", [keras, tfkeras], ids=["keras2", "tfkeras"])


def test_a_layer_as_an_activation_is_taken_with_a_warning():
    layer = layers.Dense(3)
    with pytest.warns(UserWarning, match="Do not pass a layer instance"):
        assert activations.get(layer) is layer


@BOTH
def test_a_name_may_have_parts(of, tmp_path):
    image = of.layers.Input((8, 8, 3))
    x = of.layers.Conv2D(4, 1, name="fire2/squeeze1x1")(image)
    x = of.layers.BatchNormalization(name="fire2")(of.layers.Conv2D(4, 3, name="fire2/expand")(x))
    model = of.models.Model(image, of.layers.Flatten(name="top/flatten")(x))
    model.compile("sgd", "mse")
    model.fit(np.ones((2, 8, 8, 3)), np.ones((2, 144)), verbose=0)
    assert model.weights[0].name == "fire2/squeeze1x1/kernel:0"
    assert model.get_layer("fire2/expand").name == model.layers[2].name
    numbers = model.predict(np.ones((1, 8, 8, 3)))
    for name in ("model.h5", "model.keras"):
        model.save(tmp_path / name)
        again = of.models.load_model(tmp_path / name)
        assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
        np.testing.assert_array_equal(again.predict(np.ones((1, 8, 8, 3))), numbers)
    model.save_weights(tmp_path / "weights.h5")
    part = of.models.Sequential(
        [of.layers.Conv2D(4, 1, name="fire2/squeeze1x1", input_shape=(2, 2, 3))]
    )
    part.load_weights(tmp_path / "weights.h5", by_name=True)
    np.testing.assert_array_equal(part.get_weights()[0], model.get_weights()[0])
    assert part.input_names == ["fire2/squeeze1x1_input"]
    # In Keras 3 no name is like that.
    plain = cornu.saving.load_model(tmp_path / "model.h5")
    assert plain.layers[1].name == "fire2_squeeze1x1"


@BOTH
def test_nan_among_targets_comes_to_the_loss(of):
    model = of.models.Sequential([of.layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse", metrics=["mae"])
    x, y = np.ones((4, 2)), np.array([[1.0], [np.nan], [1.0], [1.0]])
    assert np.isnan(model.evaluate(x, y, verbose=0)).all()
    history = model.fit(
        x, y, epochs=3, verbose=0, callbacks=[of.callbacks.TerminateOnNaN()]
    ).history
    assert len(history["loss"]) == 1
    assert np.isnan(history["loss"][0])
    assert np.isnan(model.get_weights()[0]).all()


@BOTH
@pytest.mark.parametrize("kind", ["SeparableConv2D", "DepthwiseConv2D"])
def test_what_is_said_of_a_kernel_that_is_none_is_nothing(of, kind):
    first = {"SeparableConv2D": (4, 3), "DepthwiseConv2D": (3,)}[kind]
    said = {"initializer": "he_normal", "regularizer": "l2", "constraint": "unit_norm"}
    layer = getattr(of.layers, kind)(*first, **{f"kernel_{k}": v for k, v in said.items()})
    layer(of.layers.Input((8, 8, 2)))
    assert "kernel_initializer" not in layer.get_config()
    assert not layer.losses


@BOTH
def test_a_method_that_is_replaced_in_model_is_that_of_all_models(of, monkeypatch):
    seen = []
    original = of.models.Model.fit

    def fit(self, *args, **kwargs):
        seen.append(self.name)
        return original(self, *args, **kwargs)

    monkeypatch.setattr(of.models.Model, "fit", fit)
    x = of.layers.Input((2,))
    models = [
        of.models.Sequential([of.layers.Dense(1, input_shape=(2,))], name="stack"),
        of.models.Model(x, of.layers.Dense(1)(x), name="graph"),
    ]
    for model in models:
        model.compile("sgd", "mse")
        model.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0)
    assert seen == ["stack", "graph"]


def test_inputs_of_tf_keras_are_counted_from_one():
    tfkeras.backend.clear_session()
    assert tfkeras.Input((2,)).name.startswith("input_1")
    assert tfkeras.layers.InputLayer(input_shape=(2,)).name == "input_2"
    model = tfkeras.Sequential([tfkeras.layers.Dense(1, input_shape=(2,))])
    assert model.input_names == ["dense_input"]
    later = tfkeras.Sequential([tfkeras.layers.Dense(1)])
    later.build((None, 3))
    assert later.input_names == ["dense_1_input"]


def test_strides_with_a_dilation_may_be_described():
    layer = layers.Conv2D(2, 3, strides=2, dilation_rate=2)
    assert (layer.strides, layer.dilation_rate) == ((2, 2), (2, 2))
    with pytest.raises(ValueError, match="cannot both exceed 1"):
        layer(layers.Input((9, 9, 1)))


def test_a_cropping_may_leave_nothing():
    model = Sequential([layers.Cropping1D((2, 2), input_shape=(4, 3))])
    assert model.output_shape == (None, 0, 3)
    assert model.predict(np.ones((2, 4, 3))).shape == (2, 0, 3)


def test_marks_on_tensors_are_taken():
    class Noted(layers.Layer):
        def call(self, x):
            y = x * 2
            y._keras_shape = x._keras_shape
            y._uses_learning_phase = True
            return y

    model = Sequential([Noted(input_shape=(3,))])
    np.testing.assert_array_equal(model.predict(np.ones((1, 3))), [[2, 2, 2]])


@pytest.mark.parametrize(
    ("metric", "y_pred", "expected"),
    [
        (
            metrics.SpecificityAtSensitivity(0.8),
            [0.0, 0.1, 0.2, 0.3, 0.4, 0.1, 0.45, 0.5, 0.8, 0.9],
            0.4,
        ),
        (
            metrics.SpecificityAtSensitivity(0.4),
            [0.0, 0.1, 0.2, 0.3, 0.4, 0.01, 0.02, 0.25, 0.26, 0.26],
            0.6,
        ),
        (
            metrics.SensitivityAtSpecificity(0.8),
            [0.0, 0.1, 0.2, 0.3, 0.4, 0.1, 0.45, 0.5, 0.8, 0.9],
            0.8,
        ),
    ],
)
def test_the_point_nearest_to_a_value(metric, y_pred, expected):
    assert float(metric([0] * 5 + [1] * 5, y_pred)) == pytest.approx(expected)


def test_weights_count_in_floats():
    metric = metrics.MeanIoU(num_classes=2)
    found = metric([0, 0, 1, 1], [0.0, 1, 0, 1], sample_weight=[0.2, 0.3, 0.4, 0.1])
    expected = (0.2 / (0.6 + 0.5 - 0.2) + 0.1 / (0.4 + 0.5 - 0.1)) / 2
    assert float(found) == pytest.approx(expected, abs=1e-3)


def test_state_is_called_as_weights_are():
    names = [weight.name for weight in metrics.Precision().weights]
    assert names == ["true_positives:0", "false_positives:0"]


@pytest.mark.parametrize("shape", [(6,), (6, 3), (6, 3, 1)])
def test_accuracies_as_functions(shape):
    rng = np.random.default_rng(0)
    classes, chances = rng.integers(0, 7, shape), rng.random((*shape, 7))
    found = metrics.sparse_categorical_accuracy(classes.astype("float32"), chances)
    np.testing.assert_array_equal(found, chances.argmax(-1) == classes)
    y, p = rng.integers(0, 2, (6, 7)), rng.random((6, 7))
    np.testing.assert_allclose(metrics.binary_accuracy(y, p), ((p > 0.5) == y).mean(-1), rtol=1e-6)


def test_what_has_only_a_name_is_that_name():
    class Named:
        __name__ = "mine"

    assert metrics.serialize(Named()) == "mine"
    assert keras.metrics.deserialize("mine", custom_objects={"mine": True}) is True


def test_no_rows_are_predicted():
    pytest.importorskip("sklearn", reason="the wrappers are for scikit-learn")
    from cornu.compat.keras2.wrappers.scikit_learn import KerasRegressor

    def build():
        model = Sequential([layers.Dense(1, input_dim=3)])
        model.compile("sgd", "mse")
        return model

    estimator = KerasRegressor(build_fn=build, epochs=1, verbose=0)
    estimator.fit(np.ones((4, 3)), np.ones(4))
    assert estimator.predict(np.ones((0, 3))).shape == (0,)


def test_a_merge_of_ones_own():
    """As scripts of WGAN-GP have it: the function may know the size of its batches."""
    from cornu.compat.keras2.layers.merge import _Merge

    class Weighted(_Merge):
        def _merge_function(self, inputs):
            share = keras.backend.constant([[0.0], [0.25], [0.5], [1.0]])
            return share * inputs[0] + (1 - share) * inputs[1]

    inputs = [layers.Input((2,)), layers.Input((2,))]
    merged = Weighted()(inputs)
    assert merged.shape == (None, 2)
    found = keras.models.Model(inputs, merged).predict([np.ones((4, 2)), np.zeros((4, 2))])
    np.testing.assert_array_equal(found[:, 0], [0, 0.25, 0.5, 1])
    with pytest.raises(ValueError, match="at least 2 inputs"):
        Weighted()([inputs[0]])


def test_a_summary_is_printed_line_by_line():
    lines = []
    Sequential([layers.Dense(1, input_dim=2)]).summary(print_fn=lines.append)
    assert len(lines) > 3
    assert not any("\n" in line for line in lines)


def test_labels_are_as_long_as_the_longest():
    """Numbers of Keras 2.3.1's test of the beam search."""
    chances = np.eye(3, dtype="float32")[[[2, 0, 2, 0, 1, 2, 1], [0, 2, 2, 2, 2, 2, 2]]]
    labels, _ = keras.backend.ctc_decode(chances, [7, 7])
    np.testing.assert_array_equal(labels[0], [[0, 0, 1, 1], [0, -1, -1, -1]])
