"""fit, evaluate and predict: what they do and what they return."""

import warnings
from collections import namedtuple

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.base import Callback
from cornu.errors import DataError, NotCompiledError, ShapeError


def test_training_follows_the_definition(parts, points):
    """Full-batch gradient descent on a plane, against the same written out in NumPy."""
    x, y = points
    model = parts.Sequential([parts.Dense(1)])
    model.build((None, 2))
    w, b = (v.astype("float64") for v in model.get_weights())
    model.compile(parts.SGD(0.1), parts.mse, backend=parts.backend)
    losses = model.fit(x, y, batch_size=50, epochs=5, verbose=0, shuffle=False).history["loss"]
    expected = []
    for _ in range(5):
        error = x @ w + b - y
        expected.append(np.mean(error**2))
        w -= 0.1 * 2 * x.T @ error / 50
        b -= 0.1 * 2 * error.mean(0)
    np.testing.assert_allclose(losses, expected, rtol=1e-5)
    np.testing.assert_allclose(model.get_weights()[0], w, rtol=1e-4)


def test_the_loss_of_an_epoch_is_weighted_by_batch_size(line, points):
    x, y = points
    line.optimizer.learning_rate = 0.0
    whole = line.evaluate(x, y, batch_size=50, verbose=0)
    for batch_size in (7, 32, 50, 1000):
        history = line.fit(x, y, batch_size=batch_size, verbose=0)
        assert history.history["loss"][0] == pytest.approx(whole, rel=1e-5)


def test_the_same_seed_gives_the_same_bits(parts, points):
    import cornu

    found = []
    for _ in range(2):
        cornu.set_seed(3)
        model = parts.Sequential([parts.Dense(4, ops.tanh, name="a"), parts.Dense(1, name="b")])
        model.compile(parts.SGD(0.1), parts.mse, backend=parts.backend)
        model.fit(*points, batch_size=8, epochs=2, verbose=0)
        found.append(np.concatenate([w.ravel() for w in model.get_weights()]))
    np.testing.assert_array_equal(*found)


def test_history_and_evaluate_agree(line, points):
    x, y = points
    history = line.fit(x, y, validation_data=(x, y), epochs=2, verbose=0)
    assert list(history.history) == ["loss", "val_loss"]
    assert history.epoch == [0, 1]
    assert history.history["val_loss"][-1] == line.evaluate(x, y, verbose=0)
    assert line.history is history


def test_epochs_go_on_from_initial_epoch(line, points):
    assert line.fit(*points, epochs=5, initial_epoch=3, verbose=0).epoch == [3, 4]


@pytest.mark.parametrize(("frequency", "count"), [(1, 5), (2, 2), (3, 1), ([1, 5], 2), ((2,), 1)])
def test_validation_frequency(line, points, frequency, count):
    history = line.fit(
        *points, epochs=5, validation_split=0.1, validation_freq=frequency, verbose=0
    )
    assert len(history.history["val_loss"]) == count
    assert len(history.history["loss"]) == 5


@pytest.mark.parametrize("frequency", [0, "every", True, 1.5])
def test_validation_frequencies_that_cannot_be(line, points, frequency):
    with pytest.raises(ValueError, match="validation_freq="):
        line.fit(*points, validation_split=0.1, validation_freq=frequency, verbose=0)


def test_validation_data_of_any_kind(line, points):
    x, y = points
    expected = line.evaluate(x[:20], y[:20], verbose=0)
    line.optimizer.learning_rate = 0.0
    for data, steps in (
        ((x[:20], y[:20]), None),
        ([x[:20], y[:20]], None),
        ((x[:20], y[:20], np.ones(20)), None),
        (((x[i : i + 10], y[i : i + 10]) for i in (0, 10)), 2),
    ):
        history = line.fit(x, y, validation_data=data, validation_steps=steps, verbose=0)
        assert history.history["val_loss"][0] == pytest.approx(expected, rel=1e-5)


def test_mistakes_in_validation_data_say_so(line, points):
    x, y = points
    with pytest.raises(DataError, match=r"In validation_data: .*x has 20 .*y has 3"):
        line.fit(x, y, validation_data=(x[:20], y[:3]), verbose=0)


def test_arrays_and_generators_train_alike(parts, points):
    x, y = points
    found = []
    for use_generator in (False, True):
        model = parts.Sequential([parts.Dense(1)], name="g")
        model.build((None, 2))
        model.set_weights([np.ones((2, 1)), np.zeros(1)])
        model.compile(parts.SGD(0.1), parts.mse, backend=parts.backend)
        if use_generator:
            stream = ((x[i : i + 16], y[i : i + 16]) for _ in range(2) for i in range(0, 50, 16))
            history = model.fit(stream, steps_per_epoch=4, epochs=2, verbose=0)
        else:
            history = model.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0)
        found.append([*model.get_weights(), history.history["loss"]])
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_generator_that_ends_ends_training(line, points):
    x, y = points
    stream = ((x[i : i + 10], y[i : i + 10]) for i in range(0, 50, 10))
    with pytest.warns(UserWarning, match="1 of 3 epochs were trained"):
        history = line.fit(stream, epochs=3, verbose=0)
    assert history.epoch == [0]
    assert history.params["steps"] == 5


def test_outputs_of_predict_are_in_order(line, points):
    x = points[0]
    w, b = line.get_weights()
    for batch_size in (7, 50, None):
        np.testing.assert_allclose(
            line.predict(x, batch_size=batch_size, verbose=0), x @ w + b, rtol=1e-5, atol=1e-6
        )
    stream = (x[i : i + 9] for i in range(0, 50, 9))
    np.testing.assert_allclose(line.predict(stream, verbose=0), x @ w + b, rtol=1e-5, atol=1e-6)


def test_outputs_belong_to_the_caller(line, points):
    first = line.predict(points[0][:1], verbose=0)
    kept = first.copy()
    line.predict(points[0][1:2], verbose=0)
    np.testing.assert_array_equal(first, kept)


def test_one_batch_at_a_time(line, points):
    x, y = points
    error = line.predict(x, verbose=0) - y
    assert line.test_on_batch(x, y) == pytest.approx(np.mean(error**2), rel=1e-5)
    assert line.train_on_batch(x, y) == pytest.approx(np.mean(error**2), rel=1e-5)
    assert line.test_on_batch(x, y, return_dict=True)["loss"] < np.mean(error**2)
    np.testing.assert_array_equal(line.predict_on_batch(x), line.predict(x, 50, verbose=0))


def test_metrics_go_on_unless_reset(line, points):
    x, y = points
    a = line.test_on_batch(x[:10], y[:10])
    b = line.test_on_batch(x[10:], y[10:], reset_metrics=False)
    assert b == pytest.approx(line.evaluate(x, y, verbose=0), rel=1e-5)
    assert a != b


def test_sample_weights_weigh_the_loss(line, points):
    x, y = points
    weights = np.zeros(50)
    weights[:10] = 5
    loss = line.test_on_batch(x, y, sample_weight=weights)
    assert loss == pytest.approx(line.test_on_batch(x[:10], y[:10]), rel=1e-5)


def test_names_of_keras_2(line, points):
    x, y = points

    def stream():
        while True:
            yield x, y

    line.fit_generator(stream(), steps_per_epoch=2, verbose=0)
    assert line.evaluate_generator(stream(), steps=1) == line.evaluate(x, y, 50, verbose=0)
    np.testing.assert_array_equal(
        line.predict_generator(stream(), steps=1), line.predict(x, 50, verbose=0)
    )
    assert set(line.predict_classes(x).ravel()) <= {0, 1}


def test_an_epoch_of_a_dataset_is_one_pass_of_it_as_long_as_it_is_now(line, points):
    class Halving(cornu.utils.Sequence):
        length = 4

        def __len__(self):
            return self.length

        def __getitem__(self, place):
            return points

        def on_epoch_end(self):
            self.length //= 2

    seen, told = [], []

    class Seeing(Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(batch)

        def set_params(self, params):
            told.append(params["steps"])

    line.fit_generator(Halving(), epochs=3, verbose=0, callbacks=[Seeing()])
    assert seen == [0, 1, 2, 3, 0, 1, 0]
    assert told[:3] == [4, 2, 1]


def test_inputs_by_position_and_by_name(parts):
    from cornu.models.input_layer import Input
    from cornu.models.model import Model

    a, b = Input((2,), name="a"), Input((3,), name="b")
    model = Model([a, b], parts.Dense(1, name="a1")(a) + parts.Dense(1, name="b1")(b))
    model.compile(parts.SGD(0.0), parts.mse, backend=parts.backend)
    data = {"a": np.random.rand(10, 2), "b": np.random.rand(10, 3)}
    expected = model.predict([data["a"], data["b"]], verbose=0)
    for x in (
        data,
        dict(reversed(data.items())),
        tuple(data.values()),
        {**data, "c": np.zeros(10)},
    ):
        np.testing.assert_array_equal(model.predict(x, verbose=0), expected)
        assert model.evaluate(x, expected, verbose=0) == pytest.approx(0, abs=1e-12)
    with pytest.raises(DataError, match=r"takes 2 inputs \(a, b\), but x holds 1 array"):
        model.predict(data["a"], verbose=0)
    with pytest.raises(ShapeError, match=r"x\['b'\] has shape \(batch=10, 2\).*input 'b'"):
        model.predict({"a": data["a"], "b": data["a"]}, verbose=0)


def test_a_learning_rate_set_between_epochs(line, points):
    class Halt(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.optimizer.learning_rate = 0.0 if epoch else 0.1

    losses = line.fit(*points, epochs=3, verbose=0, callbacks=[Halt()]).history["loss"]
    assert losses[0] > losses[1] == pytest.approx(losses[2])


def test_without_compile(parts, points):
    model = parts.Sequential([parts.Dense(1)])
    for method in (model.fit, model.evaluate, model.train_on_batch, model.test_on_batch):
        with pytest.raises(NotCompiledError, match=r"call compile\("):
            method(*points)


def test_without_a_loss(parts, points):
    model = parts.Sequential([parts.Dense(1)])
    model.compile(parts.SGD(), backend=parts.backend)
    with pytest.raises(NotCompiledError, match="no loss to minimise"):
        model.fit(*points, verbose=0)
    model.compile(parts.SGD(), parts.mse, backend=parts.backend)
    with pytest.raises(NotCompiledError, match="no y was passed"):
        model.fit(points[0], verbose=0)


def test_epochs_are_whole(line, points):
    with pytest.raises(TypeError, match=r"epochs=1\.5 is not a whole number"):
        line.fit(*points, epochs=1.5, verbose=0)
    assert len(line.fit(*points, epochs=np.int64(2), verbose=0).history["loss"]) == 2


def test_named_tuples_of_arrays(parts, points):
    Pair = namedtuple("Pair", "left right")
    x, y = points

    class Both(cornu.Model):
        def __init__(self):
            super().__init__()
            self.left, self.right = parts.Dense(1), parts.Dense(1)

        def call(self, x):
            return Pair(self.left(x.left), self.right(x.right))

    model = Both()
    model.compile(parts.SGD(0.1), [parts.mse, parts.mse], backend=parts.backend)
    model.fit(Pair(x, -x), Pair(y, y), verbose=0)
    found = model.predict(Pair(x, -x), verbose=0)
    assert type(found) is Pair
    kernel, bias = model.right.get_weights()
    np.testing.assert_allclose(found.right, -x @ kernel + bias, rtol=1e-5)


@pytest.mark.parametrize("given", [True, False])
def test_an_optional_input_may_be_none(parts, points, given):
    class Either(cornu.Layer):
        def call(self, x, other=None):
            return x if other is None else other

    x, y = points
    here, other = cornu.Input((2,), name="x"), cornu.Input((2,), name="other", optional=True)
    outputs = parts.Dense(1)(Either()(here, other))
    model = cornu.Model({"x": here, "other": other}, outputs)
    model.compile(parts.SGD(0.1), parts.mse, backend=parts.backend)
    data = {"x": x, "other": -x if given else None}
    model.fit(data, y, verbose=0)
    kernel, bias = model.get_weights()
    expected = (-x if given else x) @ kernel + bias
    np.testing.assert_allclose(model.predict(data, verbose=0), expected, rtol=1e-5, atol=1e-6)
    found = model.evaluate(data, y, verbose=0)
    assert found == pytest.approx(np.mean((expected - y) ** 2), rel=1e-5)


class Counting(Callback):
    def __init__(self):
        super().__init__()
        self.seen = dict.fromkeys(("epochs", "train", "test", "predict"), 0)

    def on_epoch_begin(self, epoch, logs=None):
        self.seen["epochs"] += 1

    def on_train_batch_end(self, batch, logs=None):
        self.seen["train"] += 1

    def on_test_batch_end(self, batch, logs=None):
        self.seen["test"] += 1

    def on_predict_batch_end(self, batch, logs=None):
        self.seen["predict"] += 1


@pytest.fixture
def limits():
    yield cornu.config.set_max_epochs, cornu.config.set_max_steps_per_epoch
    cornu.config.set_max_epochs(None)
    cornu.config.set_max_steps_per_epoch(None)


@pytest.mark.filterwarnings("ignore:Limiting")
@pytest.mark.parametrize("kind", ["arrays", "steps", "generator"])
def test_a_script_is_tried_out_with_few_epochs_and_steps(line, points, limits, kind):
    x, y = points  # 50, so 7 batches of 8
    set_epochs, set_steps = limits
    set_epochs(2)
    set_steps(3)
    batches = ((x[:8], y[:8]) for _ in range(100))
    data = (batches,) if kind == "generator" else (x, y)
    options = {} if kind == "generator" else {"batch_size": 8}
    count = {"steps_per_epoch": 5} if kind != "arrays" else {}
    counting = Counting()
    with pytest.warns(UserWarning, match="Limiting epochs to 2"):
        line.fit(*data, epochs=4, **options, **count, callbacks=[counting], verbose=0)
    with pytest.warns(UserWarning, match="Limiting steps_per_epoch to 3"):
        line.evaluate(x, y, batch_size=8, callbacks=[counting], verbose=0)
    with pytest.warns(UserWarning, match="Limiting steps_per_epoch to 3"):
        outputs = line.predict(x, batch_size=8, callbacks=[counting], verbose=0)
    assert counting.seen == {"epochs": 2, "train": 6, "test": 3, "predict": 3}
    assert len(outputs) == 24


def test_limits_above_what_is_asked_change_nothing(line, points, limits):
    for set_limit in limits:
        set_limit(100)
    counting = Counting()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        line.fit(*points, batch_size=8, epochs=3, callbacks=[counting], verbose=0)
    assert (counting.seen["epochs"], counting.seen["train"]) == (3, 21)


def test_weights_that_fit_no_loss(line, points):
    x, y = points
    with pytest.raises(ShapeError, match=r"sample_weight has shape \(\d+, 7\), but the loss"):
        line.fit(x, y, sample_weight=np.ones((len(x), 7)), verbose=0)
