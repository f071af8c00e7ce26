"""Programs: which are kept, when they are made again."""

import numpy as np
import pytest

from cornu import Input, Model, ops
from cornu.base import Callback
from cornu.errors import DataError, NotBuiltError, ShapeError


def test_the_shortest_way_gives_the_same(line, points):
    x = points[0]
    for row in (x[:1], x[:1].astype("float64"), np.arange(2).reshape(1, 2)):
        first = line.predict(row, verbose=0)
        again = line.predict(row, verbose=0)
        np.testing.assert_array_equal(first, again)
        np.testing.assert_allclose(first, line.predict(row, verbose=0, callbacks=[]), rtol=1e-6)
    with pytest.raises(ShapeError):
        line.predict(np.zeros((1, 3)), verbose=0)


def test_a_list_of_arrays_takes_the_shortest_way(parts):
    a, b = Input((2,)), Input((3,))
    model = Model([a, b], parts.Dense(1)(ops.concatenate([b, a], axis=1)))
    rng = np.random.default_rng(0)
    x = [rng.normal(size=(4, n)) for n in (2, 3)]
    kernel = model.get_weights()[0]
    wanted = np.concatenate([x[1], x[0]], axis=1) @ kernel
    for _ in range(2):
        np.testing.assert_allclose(model.predict(x, verbose=0), wanted, rtol=1e-5)
        np.testing.assert_allclose(model.predict(tuple(x), verbose=0), wanted, rtol=1e-5)
    assert len(model._steps.by_arrays) == 1
    assert model.predict(x, batch_size=2, verbose=0).shape == (4, 1)
    with pytest.raises(DataError, match="different numbers of samples"):
        model.predict([x[0], x[1][:3]], verbose=0)


def test_the_shortest_way_sees_new_weights(line, points):
    x = points[0][:1]
    line.predict(x, verbose=0)
    line.set_weights([np.zeros((2, 1)), np.ones(1)])
    assert line.predict(x, verbose=0) == [[1]]
    line.fit(*points, epochs=1, verbose=0)  # moves the weights into the optimizer's memory
    w, b = line.get_weights()
    np.testing.assert_allclose(line.predict(x, verbose=0), x @ w + b, rtol=1e-5)


@pytest.mark.usual_thresholds("counts what is compiled")
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


@pytest.mark.usual_thresholds("counts what is compiled")
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
    from cornu_engine.settings import limits

    model = parts.Sequential([parts.Dense(1)])
    model.build((None, 2))
    model.compile(parts.SGD(), parts.mse, backend=parts.backend)
    batches = ((np.zeros((n, 2)), np.zeros((n, 1))) for n in range(1, 2 * limits.kept + 2))
    with pytest.warns(UserWarning, match="compiled again and again"):
        model.fit(batches, verbose=0)
    assert len(model._steps._steps) == limits.kept


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
    with pytest.warns(UserWarning, match=r"'judge' has no trainable weights.*trainable = True"):
        judge.train_on_batch(x, y)
