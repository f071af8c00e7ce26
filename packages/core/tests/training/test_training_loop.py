"""fit, evaluate and predict: what they do, what they return, in which order they call callbacks."""

import gc
import weakref

import numpy as np
import pytest

from cornu import ops
from cornu.base import Callback
from cornu.errors import DataError, NotBuiltError, NotCompiledError, ShapeError


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


class Recorder(Callback):
    """Writes down every hook that is called."""

    def __init__(self):
        super().__init__()
        self.events = []


def _record(name):
    def hook(self, *args):
        numbers = [a for a in args if isinstance(a, int)]
        logs = args[-1] if args and isinstance(args[-1], dict) else None
        self.events.append((name, *numbers, *([sorted(logs)] if logs else [])))

    return hook


for _mode in ("train", "test", "predict"):
    for _name in (f"on_{_mode}_begin", f"on_{_mode}_end"):
        setattr(Recorder, _name, _record(_name))
    for _name in (f"on_{_mode}_batch_begin", f"on_{_mode}_batch_end"):
        setattr(Recorder, _name, _record(_name))
for _name in ("on_epoch_begin", "on_epoch_end"):
    setattr(Recorder, _name, _record(_name))


def test_hooks_come_in_the_order_of_keras(line, points):
    recorder = Recorder()
    line.fit(*points, batch_size=40, validation_split=0.2, verbose=0, callbacks=[recorder])
    assert recorder.events == [
        ("on_train_begin",),
        ("on_epoch_begin", 0),
        ("on_train_batch_begin", 0),
        ("on_train_batch_end", 0, ["loss"]),
        ("on_test_begin",),
        ("on_test_batch_begin", 0),
        ("on_test_batch_end", 0, ["loss"]),
        ("on_test_end", ["loss"]),
        ("on_epoch_end", 0, ["loss", "val_loss"]),
        ("on_train_end", ["loss", "val_loss"]),
    ]


def test_hooks_of_predict(line, points):
    recorder = Recorder()
    line.predict(points[0], batch_size=30, verbose=0, callbacks=[recorder])
    assert recorder.events == [
        ("on_predict_begin",),
        ("on_predict_batch_begin", 0),
        ("on_predict_batch_end", 0, ["outputs"]),
        ("on_predict_batch_begin", 1),
        ("on_predict_batch_end", 1, ["outputs"]),
        ("on_predict_end",),
    ]


def test_hooks_around_several_steps(parts, line, points):
    line.compile(parts.SGD(), parts.mse, backend=parts.backend, steps_per_execution=3)
    recorder = Recorder()
    line.fit(*points, batch_size=10, verbose=0, callbacks=[recorder])
    batches = [event for event in recorder.events if "batch" in event[0]]
    assert [event[:2] for event in batches] == [
        ("on_train_batch_begin", 0),
        ("on_train_batch_end", 2),
        ("on_train_batch_begin", 3),
        ("on_train_batch_end", 5),
    ]


def test_hooks_that_nobody_writes_are_not_called(line, points):
    class Plain(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.seen = logs

    callback = Plain()
    calls = []
    type(callback).on_train_batch_end = Callback.on_train_batch_end
    original = Callback.on_batch_end
    try:
        Callback.on_batch_end = lambda self, *args, **kwargs: calls.append(args)
        line.fit(*points, verbose=0, callbacks=[callback])
    finally:
        Callback.on_batch_end = original
    assert calls == []
    assert list(callback.seen) == ["loss"]


def test_aliases_of_keras_2_are_called(line, points):
    class Old(Callback):
        seen = 0

        def on_batch_end(self, batch, logs=None):
            assert logs["loss"] > 0
            self.seen += 1

    old = Old()
    line.fit(*points, batch_size=25, verbose=0, callbacks=[old])
    assert old.seen == 2


def test_logs_put_aside_keep_their_numbers(line, points):
    class Keeper(Callback):
        def __init__(self):
            super().__init__()
            self.kept, self.read = [], []

        def on_train_batch_end(self, batch, logs=None):
            self.kept.append(logs)
            self.read.append(logs["loss"] if batch % 2 else None)

    keeper = Keeper()
    line.fit(*points, batch_size=10, verbose=0, callbacks=[keeper])
    losses = [logs["loss"] for logs in keeper.kept]
    assert len(set(losses)) == 5
    assert losses[1::2] == keeper.read[1::2]
    assert losses[-1] == line.history.history["loss"][-1]


def test_logs_changed_by_a_callback_reach_the_history(line, points):
    class Extra(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["rate"] = 0.5

    history = line.fit(*points, verbose=0, epochs=2, callbacks=[Extra()])
    assert history.history["rate"] == [0.5, 0.5]


def test_training_stops_after_the_batch(line, points):
    class Stop(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                self.model.stop_training = True

    recorder = Recorder()
    line.fit(*points, batch_size=10, epochs=4, verbose=0, callbacks=[Stop(), recorder])
    assert [e for e in recorder.events if e[0] == "on_train_batch_begin"] == [
        ("on_train_batch_begin", 0),
        ("on_train_batch_begin", 1),
    ]
    assert line.history.epoch == [0]


def test_a_class_instead_of_an_object(line, points):
    with pytest.raises(TypeError, match=r"holds the class Recorder.*Recorder\(\)"):
        line.fit(*points, verbose=0, callbacks=[Recorder])


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


def test_the_shortest_way_gives_the_same(line, points):
    x = points[0]
    for row in (x[:1], x[:1].astype("float64"), np.arange(2).reshape(1, 2)):
        first = line.predict(row, verbose=0)
        again = line.predict(row, verbose=0)
        np.testing.assert_array_equal(first, again)
        np.testing.assert_allclose(first, line.predict(row, verbose=0, callbacks=[]), rtol=1e-6)
    with pytest.raises(ShapeError):
        line.predict(np.zeros((1, 3)), verbose=0)


def test_outputs_belong_to_the_caller(line, points):
    first = line.predict(points[0][:1], verbose=0)
    kept = first.copy()
    line.predict(points[0][1:2], verbose=0)
    np.testing.assert_array_equal(first, kept)


def test_the_shortest_way_sees_new_weights(line, points):
    x = points[0][:1]
    line.predict(x, verbose=0)
    line.set_weights([np.zeros((2, 1)), np.ones(1)])
    assert line.predict(x, verbose=0) == [[1]]
    line.fit(*points, epochs=1, verbose=0)  # moves the weights into the optimizer's memory
    w, b = line.get_weights()
    np.testing.assert_allclose(line.predict(x, verbose=0), x @ w + b, rtol=1e-5)


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


def test_logs_read_often_are_compiled(line, points):
    class Reader(Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(logs["loss"])

    def run(often):
        seen.clear()
        line.set_weights([np.ones((2, 1)), np.zeros(1)])
        line.fit(*points, batch_size=1, verbose=0, shuffle=False, callbacks=[Reader()])
        assert line._steps.readers["loss",]._run is not None
        return list(seen)

    seen = []
    np.testing.assert_array_equal(run(False), run(True))


def test_results_that_python_computes_are_read_as_they_are(parts, points):
    from cornu.base.metric import Metric

    class Calls(Metric):
        calls = 0

        def update_state(self, y_true, y_pred, sample_weight=None):
            pass

        def result(self):
            self.calls += 1
            return float(self.calls)

    class Reader(Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(logs["calls"])

    seen = []
    model = parts.Sequential([parts.Dense(1)])
    model.compile(parts.SGD(), parts.mse, metrics=[Calls(name="calls")], backend=parts.backend)
    model.fit(*points, batch_size=1, verbose=0, callbacks=[Reader()])
    assert len(set(seen)) == 50  # as many results as batches


def test_freezing_takes_effect(parts, points):
    first, last = parts.Dense(3, name="first"), parts.Dense(1, name="last")
    model = parts.Sequential([first, last])
    model.compile(parts.SGD(), parts.mse, backend=parts.backend)
    model.fit(*points, verbose=0)
    first.trainable = False
    model.compile(parts.SGD(), parts.mse, backend=parts.backend)
    before = model.get_weights()
    model.fit(*points, verbose=0)
    after = model.get_weights()
    np.testing.assert_array_equal(before[0], after[0])
    assert (before[2] != after[2]).any()


def test_freezing_is_seen_without_compiling_again(parts, points):
    first, last = parts.Dense(3, name="first"), parts.Dense(1, name="last")
    model = parts.Sequential([first, last])
    model.compile(parts.SGD(), parts.mse, backend=parts.backend)
    model.fit(*points, verbose=0)
    first.trainable = False
    before = model.get_weights()
    model.fit(*points, verbose=0)
    np.testing.assert_array_equal(before[0], model.get_weights()[0])


def test_a_learning_rate_set_between_epochs(line, points):
    class Halt(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.optimizer.learning_rate = 0.0 if epoch else 0.1

    losses = line.fit(*points, epochs=3, verbose=0, callbacks=[Halt()]).history["loss"]
    assert losses[0] > losses[1] == pytest.approx(losses[2])


def test_programs_are_kept(line, points, parts, monkeypatch):
    compiled = []
    original = parts.backend.compile
    monkeypatch.setattr(
        parts.backend, "compile", lambda program: compiled.append(program.name) or original(program)
    )
    for _ in range(3):
        line.fit(*points, validation_split=0.5, batch_size=10, epochs=2, verbose=0)
    assert sorted(compiled) == ["test", "test", "train", "train"]  # 10 rows, and the last 5


def test_programs_of_many_shapes_are_dropped_again(parts):
    from cornu.training.step import KEPT

    model = parts.Sequential([parts.Dense(1)])
    model.build((None, 2))
    model.compile(parts.SGD(), parts.mse, backend=parts.backend)
    batches = ((np.zeros((n, 2)), np.zeros((n, 1))) for n in range(1, 2 * KEPT + 2))
    with pytest.warns(UserWarning, match="compiled again and again"):
        model.fit(batches, verbose=0)
    assert len(model._steps._steps) == KEPT


def test_the_program_can_be_read(line, points):
    with pytest.raises(NotBuiltError, match=r"at the first batch.*fit\(\)"):
        line.program("train")
    line.fit(*points, verbose=0)
    program = line.program("train")
    assert [node.attrs["name"] for node in program.inputs] == ["x", "y"]
    assert "dense" in str(program)
    assert program.source
    with pytest.raises(ValueError, match="Did you mean 'train'"):
        line.program("trian")


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


def test_a_dropped_model_is_freed_at_once(parts, points):
    model = parts.Sequential([parts.Dense(1)])
    model.compile(parts.SGD(), parts.mse, backend=parts.backend)
    gc.collect()
    gc.disable()
    try:
        model.fit(*points, validation_split=0.2, verbose=0)
        model.predict(points[0], verbose=0)
        gone = weakref.ref(model)
        del model
        assert gone() is None
    finally:
        gc.enable()


def test_copies_start_without_programs(line, points):
    import copy
    import pickle

    line.fit(*points, verbose=0)
    for twin in (copy.deepcopy(line), pickle.loads(pickle.dumps(line._steps))):
        steps = twin if twin.__class__ is line._steps.__class__ else twin._steps
        assert steps is None or not steps._steps


def test_two_models_that_share_weights_take_turns(parts, points):
    x, y = points
    judge = parts.Sequential([parts.Dense(1)], name="judge")
    judge.compile(parts.SGD(), parts.mse, backend=parts.backend)
    judge.train_on_batch(x, y)
    judge.trainable = False
    both = parts.Sequential([parts.Dense(x.shape[1], name="maker"), judge])
    both.compile(parts.SGD(), parts.mse, backend=parts.backend)
    for _ in range(2):
        start = judge.get_weights()
        both.train_on_batch(x, y)
        np.testing.assert_array_equal(start[0], judge.get_weights()[0])
        judge.trainable = True
        judge.train_on_batch(x, y)
        assert (start[0] != judge.get_weights()[0]).any()
        judge.trainable = False
    with pytest.warns(UserWarning, match=r"'judge' had trainable.*model\.trainable = True"):
        judge.train_on_batch(x, y)


def test_epochs_are_whole(line, points):
    with pytest.raises(TypeError, match=r"epochs=1\.5 is not a whole number"):
        line.fit(*points, epochs=1.5, verbose=0)
    assert len(line.fit(*points, epochs=np.int64(2), verbose=0).history["loss"]) == 2


def test_weights_that_fit_no_loss(line, points):
    x, y = points
    with pytest.raises(ShapeError, match=r"sample_weight has shape \(\d+, 7\), but the loss"):
        line.fit(x, y, sample_weight=np.ones((len(x), 7)), verbose=0)
