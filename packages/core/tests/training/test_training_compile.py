"""What compile takes, and which loss and metric belongs to which output."""

import json

import numpy as np
import pytest

from cornu import ops
from cornu.base.metric import Mean, MeanMetricWrapper
from cornu.errors import DataError
from cornu.models.cloning import clone_model
from cornu.models.input_layer import Input
from cornu.models.model import Model
from cornu_engine.variable import Variable


@pytest.fixture
def two(parts):
    x = Input((2,), name="x")
    outputs = [parts.Dense(1, name="a")(x), parts.Dense(3, ops.softmax, name="b")(x)]
    return Model(x, outputs)


DATA = np.random.default_rng(1).normal(size=(12, 2)).astype("float32")
TARGETS = [DATA.sum(1, keepdims=True), np.arange(12) % 3]


def absolute(y_true, y_pred):
    return ops.abs(y_true - y_pred)


def keys(model, y=None, **options):
    model.compile(**options)
    return list(model.fit(DATA, TARGETS if y is None else y, verbose=0).history)


def test_losses_by_position_and_by_name(parts, two):
    options = {"optimizer": parts.SGD(), "backend": parts.backend}
    expected = ["a_loss", "b_loss", "loss"]
    assert keys(two, loss=[parts.mse, parts.sparse], **options) == expected
    assert keys(two, loss={"b": parts.sparse, "a": parts.mse}, **options) == expected
    y = {"b": TARGETS[1], "a": TARGETS[0]}
    assert keys(two, y, loss=[parts.mse, parts.sparse], **options) == expected


def test_outputs_without_a_loss(parts, two):
    options = {"optimizer": parts.SGD(), "backend": parts.backend}
    assert keys(two, loss=[parts.mse, None], **options) == ["loss"]
    assert keys(two, TARGETS[0], loss={"a": parts.mse}, **options) == ["loss"]


def test_the_total_is_the_weighted_sum(parts, two):
    for weights in ([2.0, 0.5], {"a": 2.0, "b": 0.5}):
        two.compile(parts.SGD(), [parts.mse, parts.sparse], weights, backend=parts.backend)
        logs = two.evaluate(DATA, TARGETS, verbose=0, return_dict=True)
        assert logs["loss"] == pytest.approx(2 * logs["a_loss"] + 0.5 * logs["b_loss"], rel=1e-5)


def test_evaluate_returns_losses_then_metrics(parts, two):
    two.compile(
        parts.SGD(), [parts.mse, parts.sparse], metrics={"a": [absolute]}, backend=parts.backend
    )
    values = two.evaluate(DATA, TARGETS, verbose=0)
    logs = two.evaluate(DATA, TARGETS, verbose=0, return_dict=True)
    assert two.metrics_names == ["loss", "a_loss", "b_loss", "a_absolute"]
    assert values == [logs[name] for name in two.metrics_names]


def test_names_of_metrics(parts, line):
    class Sum:
        pass

    metrics = [absolute, lambda y, p: y - p, Mean(name="m") and MeanMetricWrapper(absolute, "own")]
    line.compile(parts.SGD(), parts.mse, metrics=metrics, backend=parts.backend)
    found = list(line.fit(DATA, TARGETS[0], verbose=0).history)
    assert found == ["absolute", "lambda", "loss", "own"]


def test_names_that_repeat_are_numbered(parts, line):
    line.compile(
        parts.SGD(),
        parts.mse,
        metrics=[absolute, absolute],
        weighted_metrics=[absolute],
        backend=parts.backend,
    )
    found = list(line.fit(DATA, TARGETS[0], verbose=0).history)
    assert found == ["absolute", "absolute_1", "loss", "weighted_absolute"]


def test_weights_reach_weighted_metrics_alone(parts, line):
    line.compile(
        parts.SGD(0.0),
        parts.mse,
        metrics=[absolute],
        weighted_metrics=[absolute],
        backend=parts.backend,
    )
    weights = np.r_[np.ones(6), np.zeros(6)]
    logs = line.evaluate(DATA, TARGETS[0], sample_weight=weights, verbose=0, return_dict=True)
    error = np.abs(line.predict(DATA, verbose=0) - TARGETS[0])
    assert logs["absolute"] == pytest.approx(error.mean(), rel=1e-5)
    assert logs["weighted_absolute"] == pytest.approx(error[:6].mean(), rel=1e-5)


def test_the_order_of_keras_2_is_understood(parts, line):
    line.compile(parts.SGD(), parts.mse, [absolute], [0.5], backend=parts.backend)
    assert line.metrics_names == ["loss", "absolute"]
    logs = line.evaluate(DATA, TARGETS[0], verbose=0, return_dict=True)
    line.compile(parts.SGD(), parts.mse, backend=parts.backend)
    assert line.evaluate(DATA, TARGETS[0], verbose=0) == pytest.approx(2 * logs["loss"], rel=1e-5)


def test_several_losses_of_one_output_are_added(parts, line):
    line.compile(parts.SGD(), [parts.mse, absolute], backend=parts.backend)
    logs = line.evaluate(DATA, TARGETS[0], verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(logs["mse_loss"] + logs["absolute_loss"], rel=1e-5)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"loss": {"c": absolute}}, r"loss has an entry for 'c', but the outputs are 'a', 'b'"),
        ({"loss": [absolute] * 3}, r"loss holds 3 entries, but the model has 2 outputs \(a, b\)"),
        (
            {"loss": [absolute] * 2, "loss_weights": [1.0, 2.0, 3.0]},
            r"loss_weights holds 3 entries",
        ),
        ({"loss": [absolute] * 2, "loss_weights": 2.0}, r"loss_weights holds one entry"),
        ({"loss": [absolute] * 2, "metrics": {"c": [absolute]}}, r"metrics has an entry for 'c'"),
    ],
)
def test_entries_that_belong_to_no_output(parts, two, options, words):
    two.compile(parts.SGD(), **options, backend=parts.backend)
    with pytest.raises(DataError, match=words):
        two.fit(DATA, [TARGETS[0], np.zeros((12, 3))], verbose=0)


def test_targets_that_belong_to_no_output(parts, two):
    two.compile(parts.SGD(), [parts.mse, parts.sparse], backend=parts.backend)
    with pytest.raises(DataError, match="y holds 1 target, but the model has 2"):
        two.fit(DATA, TARGETS[0], verbose=0)
    with pytest.raises(DataError, match="Output 'b' has the loss 'sparse'"):
        two.fit(DATA, {"a": TARGETS[0]}, verbose=0)


def test_arguments_that_are_refused(parts, line):
    with pytest.raises(ValueError, match="target_tensors"):
        line.compile(target_tensors=[1])
    with pytest.raises(ValueError, match="sample_weight_mode"):
        line.compile(sample_weight_mode="other")
    with pytest.raises(ValueError, match=r"metrics=\['acc'\]"):
        line.compile(parts.SGD(), parts.mse, metrics="acc")
    with pytest.raises(TypeError, match="3 is no loss"):
        line.compile(parts.SGD(), loss=3)
    with pytest.raises(TypeError, match="which is no metric"):
        line.compile(parts.SGD(), parts.mse, metrics=[{}, 5])


@pytest.mark.parametrize(
    ("loss", "y", "words"),
    [
        ("sparse", np.arange(12) % 4, r"class 3 \(at y\[3\]\).*3 units.*0 to 2.*4 units"),
        ("sparse", np.arange(12) % 3 + 1, r"counted from 1: pass y - 1"),
        ("sparse", np.arange(12) % 3 - 1, r"class -1.*np\.unique"),
        ("sparse", np.eye(3)[np.arange(12) % 3], r"loss='categorical_crossentropy'.*argmax"),
        ("categorical", np.arange(12) % 3, r"sparse_categorical.*to_categorical\(y, 3\)"),
        ("mse", np.zeros((12, 2)), r"\(batch, 2\).*'out'.*\(batch, 3\).*: 2\."),
        ("binary", np.arange(12) % 2, r"\(batch,\).*as many units as a target has numbers: 1"),
        ("mse", np.full((12, 3), np.nan), r"y holds NaN in 12 of 12 samples \(the first is y\[0\]"),
    ],
)
def test_targets_that_do_not_fit_the_loss(parts, loss, y, words):
    model = parts.Sequential([parts.Dense(3, ops.softmax, name="out")])
    model.compile(parts.SGD(), getattr(parts, loss), backend=parts.backend)
    before = None
    with pytest.raises(DataError, match=words):
        model.fit(DATA, y, verbose=0)
    assert before is None
    assert int(model.optimizer.iterations) == 0  # refused before the first step


@pytest.mark.parametrize(
    ("units", "x_shape", "y_shape"),
    [
        (3, (12, 2), (12, 1)),
        (1, (12, 2), (12, 3)),
        (3, (6, 2, 2), (6, 1, 1)),
        (1, (6, 2, 2), (6, 1)),
    ],
)
def test_targets_are_broadcast_with_a_warning(parts, units, x_shape, y_shape):
    x, y = DATA.reshape(x_shape), np.random.default_rng(2).normal(size=y_shape)
    model = parts.Sequential([parts.Dense(units, name="out")])
    model.compile(parts.SGD(), parts.mse, backend=parts.backend)
    with pytest.warns(UserWarning, match=r"y has shape \(batch, .*'out'.*they are broadcast"):
        found = model.evaluate(x, y, verbose=0)
    predicted = model.predict(x, verbose=0).astype("float64")
    difference = (predicted[..., 0] if len(y_shape) < len(x_shape) else predicted) - y
    assert found == pytest.approx(np.mean(difference**2), rel=1e-5)


@pytest.mark.parametrize(
    ("loss", "x_shape", "y_shape"),
    [("mse", (6, 2, 2), (6,)), ("mse", (6, 2, 2), (6, 6, 1)), ("binary", (12, 2), (12, 2))],
)
def test_samples_are_never_mixed_by_broadcasting(parts, loss, x_shape, y_shape):
    model = parts.Sequential([parts.Dense(1)])
    model.compile(parts.SGD(), getattr(parts, loss), backend=parts.backend)
    with pytest.raises(DataError, match="The last layer should have as many units"):
        model.evaluate(DATA.reshape(x_shape), np.zeros(y_shape), verbose=0)


def test_nan_is_the_business_of_the_author_of_a_loss(parts, line):
    def nan_means_missing(y_true, y_pred):
        known = ops.isfinite(y_true)
        return ops.where(known, ops.abs(ops.where(known, y_true, 0.0) - y_pred), 0.0)

    y = TARGETS[0].copy()
    y[3] = np.nan
    line.compile(parts.SGD(), nan_means_missing, backend=parts.backend)
    assert np.isfinite(line.fit(DATA, y, verbose=0).history["loss"][0])


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict", "train_on_batch"])
def test_indices_outside_of_a_table(parts, method):
    from cornu.base import Layer

    class Table(Layer):
        input_dim = 5
        rows_of_table = "input_dim"

        def build(self, input_shape):
            self.embeddings = self.add_weight(shape=(5, 2), initializer="zeros", name="embeddings")

        def call(self, inputs):
            return ops.sum(ops.take(self.embeddings, ops.cast(inputs, "int32"), axis=0), axis=1)

    model = parts.Sequential([Table(name="words")])
    model.compile(parts.SGD(), parts.mse, backend=parts.backend)
    x = np.zeros((6, 3), "int32")
    arguments = [x, *([] if method == "predict" else [np.zeros((6, 2))])]
    options = {} if method == "train_on_batch" else {"verbose": 0}
    for _ in range(2):  # the second time by the shortest way
        getattr(model, method)(*arguments, **options)
    x[2, 1] = 7
    words = r"index 7 \(at x\[2, 1\]\).*'sequential\S*/words'.*0 to 4.*input_dim=8"
    with pytest.raises(DataError, match=words):
        getattr(model, method)(*arguments, **options)
    x[2, 1] = -1
    with pytest.raises(DataError, match=r"index -1 .*Count indices from 0"):
        getattr(model, method)(*arguments, **options)


def test_a_clone_is_compiled_like_its_model(parts, two):
    two.compile(parts.SGD(0.25), [parts.mse, parts.sparse])
    clone = clone_model(two)
    assert clone.compiled
    assert clone.optimizer is not two.optimizer
    clone.optimizer.learning_rate = 0.5
    assert float(two.optimizer.learning_rate) == 0.25


@pytest.mark.parametrize(
    "weights",
    [np.array([2.0, 0.5]), (np.float32(2.0), np.float32(0.5)), {"a": np.float32(2.0), "b": 0.5}],
)
def test_factors_of_numpy(parts, two, weights):
    two.compile(parts.SGD(), [parts.mse, parts.sparse], weights, backend=parts.backend)
    assert two.loss_weights in ([2.0, 0.5], (2.0, 0.5), {"a": 2.0, "b": 0.5})
    two.compile(parts.SGD(), [parts.mse, parts.sparse], loss_weights=weights, backend=parts.backend)
    assert two.metrics_names == ["loss"]
    assert two.loss_weights in ([2.0, 0.5], (2.0, 0.5), {"a": 2.0, "b": 0.5})


@pytest.mark.parametrize("put", [list, tuple, lambda w: dict(zip("ab", w, strict=True))])
def test_factors_that_are_variables(parts, two, put):
    """Keras 2's way to shift weight from one loss to another while a model learns."""
    factors = Variable(np.float32(1.0)), Variable(np.float32(0.0))
    both = [TARGETS[0], np.zeros((12, 3))]
    two.compile(
        parts.SGD(0.0), [parts.mse, absolute], loss_weights=put(factors), backend=parts.backend
    )
    first = two.evaluate(DATA, both, verbose=0, return_dict=True)
    factors[0].assign(0.5)
    factors[1].assign(2.0)
    second = two.fit(DATA, both, verbose=0).history
    assert first["loss"] == pytest.approx(first["a_loss"], rel=1e-5)
    expected = 0.5 * first["a_loss"] + 2 * first["b_loss"]
    assert second["loss"] == pytest.approx([expected], rel=1e-5)
    config = json.loads(json.dumps(two.get_compile_config()))
    two.compile_from_config({**config, "optimizer": parts.SGD(), "loss": [parts.mse, absolute]})
    again = two.evaluate(DATA, both, verbose=0, return_dict=True)
    assert again["loss"] == pytest.approx(expected, rel=1e-5)


def test_outputs_of_one_layer_are_told_apart(parts):
    """As in Keras 2; in Keras 3 one loss is shown for both, as in a CycleGAN."""
    inputs = [Input((2,)), Input((2,))]
    head = parts.Dense(1, name="head")
    model = Model(inputs, list(map(head, inputs)))
    assert model.output_names == ["head", "head_1"]
    model.compile(
        parts.SGD(0.0), parts.mse, metrics=[[absolute], [absolute]], backend=parts.backend
    )
    x, y = [DATA, -DATA], [TARGETS[0], TARGETS[0]]
    found = model.evaluate(x, y, verbose=0, return_dict=True)
    for name, predicted in zip(model.output_names, model.predict(x, verbose=0), strict=True):
        errors = TARGETS[0] - predicted
        assert found[f"{name}_loss"] == pytest.approx((errors**2).mean(), rel=1e-5)
        assert found[f"{name}_absolute"] == pytest.approx(np.abs(errors).mean(), rel=1e-5)
    assert found["loss"] == pytest.approx(found["head_loss"] + found["head_1_loss"], rel=1e-5)
    assert len(model.train_on_batch(x, y)) == len(model.metrics_names) == 5
    model.compile(parts.SGD(0.0), {"head": parts.mse}, backend=parts.backend)
    same = model.evaluate(x, {"head": y[0]}, verbose=0, return_dict=True)
    assert same == pytest.approx({n: v for n, v in found.items() if "loss" in n}, rel=1e-5)


def test_equal_losses_of_one_output_are_told_apart(parts, line):
    line.compile(parts.SGD(), [absolute, absolute], backend=parts.backend)
    logs = line.evaluate(DATA, TARGETS[0], verbose=0, return_dict=True)
    assert sorted(logs) == ["absolute_1_loss", "absolute_loss", "loss"]


def test_a_factor_for_one_output(parts, line):
    line.compile(parts.SGD(0.0), parts.mse, backend=parts.backend)
    plain = line.evaluate(DATA, TARGETS[0], verbose=0)
    for factor in (2.0, [2.0], np.array([2.0]), np.array(2.0), Variable(np.float32(2.0))):
        line.compile(parts.SGD(0.0), parts.mse, loss_weights=factor, backend=parts.backend)
        assert line.evaluate(DATA, TARGETS[0], verbose=0) == pytest.approx(2 * plain, rel=1e-5)
    line.compile(parts.SGD(0.0), parts.mse, loss_weights=[2.0, 1.0], backend=parts.backend)
    words = r"loss_weights holds 2 factors for output '\w+', which has 1 loss. Pass one for each"
    with pytest.raises(DataError, match=words):
        line.evaluate(DATA, TARGETS[0], verbose=0)


def test_arguments_that_do_not_exist(parts, line):
    with pytest.raises(
        TypeError, match=r"compile\(\) got an unexpected argument 'metric'.*'metrics'"
    ):
        line.compile(parts.SGD(), parts.mse, metric=["mae"])
    with pytest.raises(TypeError, match=r"fit\(\) got an unexpected argument 'epoch'.*'epochs'"):
        line.fit(DATA, TARGETS[0], epoch=3)
