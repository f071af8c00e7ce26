"""The behaviours among the features of the first release, one test each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import cornu
from cornu import backend as K
from cornu.layers import LSTM, Activation, Conv2D, Dense, Dropout, Embedding, ReLU, Reshape
from cornu.models import Model, Sequential


@pytest.fixture(autouse=True)
def _fresh() -> None:
    K.clear_session()
    cornu.set_seed(0)


def _xy(samples: int = 20, features: int = 4) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    x = random.normal(size=(samples, features)).astype("float32")
    return x, (x[:, 0] > 0).astype("int64")


def _classifier(metrics: Any = ("accuracy",)) -> Sequential:
    model = Sequential([Dense(8, activation="relu", input_dim=4), Dense(2, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=list(metrics))
    return model


def test_sequential_takes_a_list() -> None:
    assert [layer.name for layer in Sequential([Dense(2), Activation("relu")]).layers] == [
        "dense",
        "activation",
    ]
    assert Sequential([]).layers == []


def test_sequential_is_called_on_numbers() -> None:
    network = Sequential([Dense(3), ReLU(), Dense(2)])
    x = np.ones((4, 3), "float32")
    outputs = network(x)
    assert outputs.shape == (4, 2)
    (w1, b1), (w2, b2) = (layer.get_weights() for layer in network.layers[::2])
    np.testing.assert_allclose(outputs, np.maximum(x @ w1 + b1, 0) @ w2 + b2, rtol=1e-5)


def test_sequential_is_a_functional_model() -> None:
    stack = _classifier()
    graph = Model(inputs=stack.inputs, outputs=stack.outputs)
    x, _ = _xy()
    np.testing.assert_array_equal(stack.predict(x, verbose=0), graph.predict(x, verbose=0))


def test_predict_gives_raw_outputs_and_predict_classes_the_classes() -> None:
    model, (x, _) = _classifier(), _xy()
    raw = model.predict(x, verbose=0)
    np.testing.assert_allclose(raw.sum(-1), 1.0, rtol=1e-5)
    np.testing.assert_array_equal(model.predict_classes(x), raw.argmax(-1))


def test_functional_models_train_like_sequential_ones() -> None:
    inputs = cornu.Input(shape=(4,))
    hidden = Dense(8, activation="relu")(inputs)
    model = Model(inputs=inputs, outputs=Dense(2, activation="softmax")(hidden))
    model.compile("adam", "sparse_categorical_crossentropy")
    losses = model.fit(*_xy(), epochs=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_an_optimizer_must_be_one() -> None:
    with pytest.raises((TypeError, ValueError), match="optimizer"):
        _classifier().compile(object(), "mse")


def test_compile_again() -> None:
    model, (x, y) = _classifier(), _xy()
    model.fit(x, y, verbose=0)
    weights = model.get_weights()
    model.compile(cornu.optimizers.SGD(lr=0.5), "sparse_categorical_crossentropy")
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    assert set(model.fit(x, y, verbose=0).history) == {"loss"}


def test_fit_returns_the_history() -> None:
    history = _classifier().fit(*_xy(), epochs=3, validation_split=0.2, verbose=0)
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(len(values) == 3 for values in history.history.values())


@pytest.mark.parametrize("given", ["accuracy", "acc"])
def test_the_key_of_a_metric_is_the_name_it_was_given(given: str) -> None:
    history = _classifier([given]).fit(*_xy(), validation_split=0.2, verbose=0)
    assert {given, f"val_{given}"} < set(history.history)


class _Counting(cornu.callbacks.Callback):
    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.epochs: list[dict] = []

    def on_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self.batches.append(batch)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.epochs.append(dict(logs or {}))


def test_an_epoch_goes_over_all_batches() -> None:
    counting = _Counting()
    _classifier().fit(*_xy(), batch_size=6, epochs=2, callbacks=[counting], verbose=0)
    assert counting.batches == [0, 1, 2, 3] * 2


def test_the_training_loop_is_gradient_descent_over_batches() -> None:
    random = np.random.default_rng(0)
    x, y = random.normal(size=(12, 3)), random.normal(size=(12, 1))
    model = Sequential([Dense(1, use_bias=False, input_dim=3)])
    model.compile(cornu.optimizers.SGD(0.1), "mse")
    kernel = model.get_weights()[0].astype("float64")
    model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    for _ in range(2):
        for start in range(0, 12, 4):
            xs, ys = x[start : start + 4], y[start : start + 4]
            kernel -= 0.1 * 2 / 4 * xs.T @ (xs @ kernel - ys)
    np.testing.assert_allclose(model.get_weights()[0], kernel, rtol=1e-5)


def test_evaluate_goes_over_a_whole_dataset() -> None:
    model, (x, y) = _classifier(), _xy()
    batches = [(x[start : start + 6], y[start : start + 6]) for start in range(0, 20, 6)]
    np.testing.assert_allclose(
        model.evaluate(iter(batches), verbose=0), model.evaluate(x, y, verbose=0), rtol=1e-5
    )


class _MLP(Model):
    def __init__(self, use_bn: bool) -> None:
        super().__init__(name="mlp")
        self.use_bn = use_bn
        self.first = Dense(8, activation="relu")
        self.last = Dense(2, activation="softmax")
        if use_bn:
            self.bn = cornu.layers.BatchNormalization()

    def call(self, inputs: Any, training: Any = None) -> Any:
        x = self.first(inputs)
        if self.use_bn:
            x = self.bn(x)
        return self.last(x)


def _same_weights(one: Model, other: Model) -> bool:
    pairs = zip(one.get_weights(), other.get_weights(), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def test_weights_alone_go_under_any_name_into_a_new_folder(tmp_path: Path) -> None:
    trained, fresh = _classifier(), _classifier()
    path = tmp_path / "checkpoints" / "my_checkpoint"
    trained.save_weights(str(path))
    with h5py.File(path) as file:  # the lightest form: numbers, no structure
        assert "model_config" not in file.attrs
    assert not _same_weights(trained, fresh)
    fresh.load_weights(str(path))
    assert _same_weights(trained, fresh)


@pytest.mark.parametrize("name", ["model", "model.h5", "model.keras"])
def test_a_whole_model_comes_back_without_its_source(tmp_path: Path, name: str) -> None:
    model, (x, y) = _classifier(), _xy()
    model.fit(x, y, verbose=0)
    path = tmp_path / name
    if path.suffix:
        model.save(path)
    else:
        with pytest.warns(UserWarning, match="has no extension"):
            model.save(path)
    assert h5py.is_hdf5(path) == (path.suffix == ".h5")
    again = cornu.models.load_model(path)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert again.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)  # compiled, too


def test_a_weights_file_h5_is_hdf5_in_the_layout_of_keras_2(tmp_path: Path) -> None:
    model = _classifier()
    model.save_weights(tmp_path / "weights.h5")
    with h5py.File(tmp_path / "weights.h5") as file:
        assert [name.decode() for name in file.attrs["layer_names"]] == ["dense", "dense_1"]
        kernel = file["dense"][file["dense"].attrs["weight_names"][0]]
        np.testing.assert_array_equal(kernel, model.get_weights()[0])


def test_what_a_subclassed_model_cannot_do(tmp_path: Path) -> None:
    class Net(Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = Dense(2)

        def call(self, inputs: Any) -> Any:
            return self.dense(inputs)

    model, other, x = Net(), Net(), np.ones((3, 4), "float32")
    model(x), other(x)
    for name in ("inputs", "outputs"):
        with pytest.raises(AttributeError, match=f"no {name}"):
            getattr(model, name)
    with pytest.raises(ValueError, match="subclassed model"):
        model.save(tmp_path / "model.h5")
    with pytest.raises(ValueError, match="Net"):  # its call() is code, which no text holds
        cornu.models.model_from_json(model.to_json())
    assert "layers" not in json.loads(model.to_json())["config"]
    model.save_weights(tmp_path / "weights")
    other.load_weights(tmp_path / "weights")
    assert _same_weights(model, other)


def test_a_dataset_gives_batches_one_after_the_other() -> None:
    series = np.arange(12.0)
    dataset = cornu.utils.timeseries_dataset_from_array(
        series[:-3], series[3:], sequence_length=3, batch_size=4
    )
    x, y = next(iter(dataset))
    assert (x.shape, y.shape) == ((4, 3), (4,))
    np.testing.assert_array_equal(y, x[:, -1] + 1)


def test_a_drawing_of_a_model_shows_its_layers() -> None:
    pytest.importorskip("pydot", reason="Drawings are made by pydot.")
    dot = cornu.utils.model_to_dot(_classifier(), show_shapes=True, show_layer_names=True)
    drawn = dot.to_string()
    assert "(None, 4)" in drawn
    assert "(None, 2)" in drawn
    assert [name in drawn for name in ("dense", "dense_1")] == [True, True]
    assert len(dot.get_edges()) >= 1


@pytest.mark.parametrize("use_bn", [False, True])
def test_a_subclassed_model_trains(use_bn: bool) -> None:
    model = _MLP(use_bn)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    losses = model.fit(*_xy(), epochs=30, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_layers_are_found_in_attributes() -> None:
    model = _MLP(use_bn=True)
    model(np.ones((2, 4), "float32"))
    assert len(model.layers) == 3
    assert len(model.trainable_weights) == 6
    assert len(model.weights) == 8


def test_summary_is_a_table(capsys: pytest.CaptureFixture) -> None:
    Sequential([Dense(3, input_dim=4, name="a"), ReLU(), Dense(3, name="b")]).summary()
    printed = capsys.readouterr().out
    for text in (
        'Model: "sequential"',
        "Layer (type)",
        "Output Shape",
        "Param #",
        "a (Dense)",
        "(None, 3)",
        "Total params: 27",
        "Trainable params: 27",
        "Non-trainable params: 0",
    ):
        assert text in printed, text
    assert [printed.count(str(number)) for number in (15, 12)] == [1, 1]


def test_summary_of_a_stack_built_late_shows_its_shapes(capsys: pytest.CaptureFixture) -> None:
    network = Sequential([Dense(3), ReLU(), Dense(3)])
    network.build(input_shape=(4, 4))
    network.summary()
    assert "(4, 3)" in capsys.readouterr().out


def test_names_of_variables() -> None:
    weights = Sequential([Dense(3, input_dim=4), Dense(2)]).weights
    assert [weight.name for weight in weights] == ["kernel", "bias"] * 2
    assert [weight.path for weight in weights][2:] == [
        "sequential/dense_1/kernel",
        "sequential/dense_1/bias",
    ]


def test_names_of_layers_count_each_kind() -> None:
    layers = [Dense(1), Dense(1), ReLU(), ReLU(), cornu.layers.BatchNormalization()]
    names = [layer.name for layer in layers]
    assert names == ["dense", "dense_1", "re_lu", "re_lu_1", "batch_normalization"]


class _Product(cornu.layers.Layer):
    def __init__(self, units: int) -> None:
        super().__init__()
        self.units = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight("w", [input_shape[-1], self.units])

    def call(self, inputs: Any) -> Any:
        return inputs @ self.kernel


def test_a_value_times_a_variable() -> None:
    model = Sequential([cornu.Input((4,)), _Product(2)])
    x, _ = _xy()
    np.testing.assert_allclose(
        model.predict(x, verbose=0), x @ model.get_weights()[0], rtol=1e-5, atol=1e-6
    )


def test_an_embedding_may_stand_anywhere() -> None:
    inputs = cornu.Input((3,), dtype="int32")
    shifted = cornu.layers.Lambda(lambda x: x + 1)(inputs)
    model = Model(inputs, Embedding(5, 2)(shifted))
    table = model.get_weights()[0]
    x = np.array([[0, 1, 3]])
    np.testing.assert_array_equal(model.predict(x, verbose=0), table[x + 1])


def test_dropout_works_in_training_only() -> None:
    layer, x = Dropout(0.5), np.ones((4, 100), "float32")
    np.testing.assert_array_equal(layer(x, training=False), x)
    np.testing.assert_array_equal(layer(x), x)
    assert set(np.unique(layer(x, training=True))) == {0.0, 2.0}


@pytest.mark.parametrize("layer", [Dense, Conv2D])
def test_the_family_of_keywords(layer: Any) -> None:
    sizes = {Dense: (2,), Conv2D: (2, 3)}[layer]
    made = layer(
        *sizes,
        kernel_initializer="zeros",
        bias_initializer=cornu.initializers.constant(2.0),
        kernel_regularizer="l2",
        bias_regularizer=cornu.regularizers.l1(0.1),
        activity_regularizer="l1",
        kernel_constraint="max_norm",
        bias_constraint="non_neg",
    )
    x = np.ones((2, 5, 5, 3), "float32")
    np.testing.assert_array_equal(made(x), np.full_like(made(x), 2.0))


@pytest.mark.parametrize(
    ("units", "activation", "loss", "labels"),
    [
        (1, "sigmoid", "binary_crossentropy", [[0], [1], [1], [0]]),
        (2, "softmax", "categorical_crossentropy", np.eye(2)[[0, 1, 1, 0]]),
        (2, "softmax", "sparse_categorical_crossentropy", [0, 1, 1, 0]),
    ],
    ids=["binary", "categorical", "sparse"],
)
def test_accuracy_means_what_shape_and_loss_say(
    units: int, activation: str, loss: str, labels: Any
) -> None:
    model = Sequential([Dense(units, activation=activation, input_dim=1, use_bias=False)])
    model.compile("sgd", loss, metrics=["accuracy"])
    model.set_weights([np.array([[1.0]]) if units == 1 else np.array([[-1.0, 1.0]])])
    x, y = np.array([[-1.0], [2.0], [3.0], [4.0]]), np.asarray(labels)
    assert model.evaluate(x, y, verbose=0)[1] == pytest.approx(0.75)


def test_an_activation_written_with_the_backend() -> None:
    layer = Dense(2, activation=lambda x: K.relu(x) - K.exp(-K.abs(x)), use_bias=False)
    x, _ = _xy()
    outputs = layer(x)
    linear = x @ layer.get_weights()[0]
    expected = np.maximum(linear, 0) - np.exp(-np.abs(linear))
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-6)


def test_an_initializer_written_with_the_backend() -> None:
    def scaled(shape: Any, dtype: Any = None) -> Any:
        return K.ones(shape, dtype=dtype) * 0.5

    layer = Dense(2, kernel_initializer=scaled, input_dim=3)
    layer.build((None, 3))
    np.testing.assert_array_equal(layer.get_weights()[0], np.full((3, 2), 0.5, "float32"))


def test_a_regularizer_written_with_the_backend() -> None:
    model = Sequential([Dense(1, kernel_regularizer=lambda w: 0.1 * K.sum(K.abs(w)), input_dim=4)])
    model.compile("sgd", lambda y_true, y_pred: 0.0 * y_pred)
    x, y = _xy()
    expected = 0.1 * np.abs(model.get_weights()[0]).sum()
    assert model.evaluate(x, y, verbose=0) == pytest.approx(expected, rel=1e-5)


def test_callbacks_see_logs_and_the_model() -> None:
    counting, model = _Counting(), _classifier()
    model.fit(*_xy(), epochs=2, validation_split=0.2, callbacks=[counting], verbose=0)
    assert counting.model is model
    assert counting.params["epochs"] == 2
    assert set(counting.epochs[-1]) == {"loss", "accuracy", "val_loss", "val_accuracy"}


def test_an_axis_is_removed_by_a_reduction_over_it() -> None:
    a = np.arange(24.0).reshape(2, 3, 4)
    assert cornu.ops.sum(a, axis=0).shape == (3, 4)
    assert cornu.ops.sum(a, axis=-1).shape == (2, 3)
    assert cornu.ops.sum(a, axis=1, keepdims=True).shape == (2, 1, 4)
    assert cornu.ops.sort(-a, axis=1)[0, 0, 0] == -8.0


def test_convolution_and_recurrence_go_together() -> None:
    model = Sequential(
        [
            Conv2D(3, 3, activation="relu", input_shape=(6, 6, 1)),
            Reshape((4, 12)),
            LSTM(5),
            Dense(1),
        ]
    )
    model.compile("adam", "mse")
    random = np.random.default_rng(0)
    x, y = random.normal(size=(16, 6, 6, 1)), random.normal(size=(16, 1))
    losses = model.fit(x, y, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
