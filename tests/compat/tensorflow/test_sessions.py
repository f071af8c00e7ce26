"""Scripts of TensorFlow 1: placeholders, sessions, and optimizers that they run."""

from __future__ import annotations

import cornu.compat.tensorflow as tf
import numpy as np
import pytest
from cornu.compat.keras2 import backend as K
from cornu.compat.keras2.layers import Dense
from cornu.compat.keras2.models import Sequential

rng = np.random.default_rng(0)
X = rng.normal(size=(20, 3)).astype("float32")
Y = np.eye(2, dtype="float32")[rng.integers(0, 2, 20)]
W0 = rng.normal(size=(3, 2)).astype("float32")


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as made:
        yield made


def slopes(w, b, penalty):
    """Return loss and gradients of a logistic regression, in float64."""
    w, b = np.float64(w), np.float64(b)
    scores = X @ w + b
    p = np.exp(scores - scores.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    loss = -(Y * np.log(p)).sum(1).mean() + penalty * (w**2).sum() / 2
    away = (p - Y) / len(X)
    return loss, X.T @ away + penalty * w, away.sum(0)


def regression(penalty=0.1):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.placeholder("float", shape=(None, 2))
    w, b = tf.Variable(W0, name="w"), tf.Variable(tf.zeros([2]), name="b")
    p = tf.nn.softmax(tf.matmul(x, w) + b)
    loss = tf.reduce_mean(-tf.reduce_sum(y * tf.log(p), reduction_indices=[1]))
    return x, y, w, b, p, loss + penalty * tf.nn.l2_loss(w)


def test_a_graph_is_trained_in_a_session():
    x, y, w, b, _, loss = regression()
    step = tf.Variable(0, trainable=False, name="global_step")
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss, global_step=step)
    at_w, at_b = np.float64(W0), np.zeros(2)
    with tf.Session(config=tf.ConfigProto(allow_soft_placement=True)) as session:
        session.run(tf.global_variables_initializer())
        for _ in range(3):
            expected, by_w, by_b = slopes(at_w, at_b, 0.1)
            _, found = session.run([train, loss], feed_dict={x: X, y: Y})
            np.testing.assert_allclose(found, expected, rtol=1e-5)
            at_w, at_b = at_w - 0.5 * by_w, at_b - 0.5 * by_b
        np.testing.assert_allclose(session.run(w), at_w, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(b.eval(), at_b, rtol=1e-4, atol=1e-6)
        assert session.run(step) == 3
    with tf.Session() as another:  # begins where variables begin
        another.run(tf.global_variables_initializer())
        np.testing.assert_array_equal(another.run(w), W0)


def test_gradients_and_what_is_made_of_them():
    x, y, w, b, _, loss = regression()
    _, by_w, by_b = slopes(W0, np.zeros(2), 0.1)
    optimizer = tf.train.GradientDescentOptimizer(1.0)
    pairs = optimizer.compute_gradients(loss)
    assert [v.name for _, v in pairs] == ["w:0", "b:0"]
    clipped = [(tf.clip_by_value(g, -0.05, 0.05), v) for g, v in pairs]
    with tf.Session() as session:
        feeds = {x: X, y: Y}
        found = session.run(tf.gradients(loss, [w, b]), feeds)
        for slope, expected in zip(found, (by_w, by_b), strict=True):
            np.testing.assert_allclose(slope, expected, rtol=1e-4, atol=1e-6)
        optimizer.apply_gradients(clipped).run(feeds)
        np.testing.assert_allclose(session.run(w), W0 - np.clip(by_w, -0.05, 0.05), rtol=1e-4)


def test_what_is_fetched_comes_in_its_structure():
    x = tf.placeholder(tf.float32, [None])
    v = tf.Variable([1.0, 2.0])
    with tf.Session() as session:
        found = session.run({"a": x * 2, "b": (v, [tf.constant(3.0), None])}, {x: [4.0]})
        np.testing.assert_array_equal(found["a"], [8.0])
        np.testing.assert_array_equal(found["b"][0], [1.0, 2.0])
        assert found["b"][1] == [3.0, None]
        assert (x + 1).eval({x: [1.0]}).tolist() == [2.0]
        default = tf.placeholder_with_default([5.0], [None])
        assert session.run([default, default + 1]) == [5.0, 6.0]
        assert session.run(default + 1, {default: [0.0]}) == 1


def test_variables_change_when_a_session_says_so():
    tf.placeholder(tf.float32, [None])
    v, kept = tf.Variable(1.0), tf.Variable(7.0)
    more, twice = tf.assign_add(v, 2.0), v.assign(v * 2)
    assert v.numpy() == 1
    with tf.Session() as session:
        assert session.run(more) == 3
        assert session.run(twice) == 6
        session.run(tf.group(tf.assign(v, 0.0), tf.assign(kept, v + 1)))
        assert session.run([v, kept]) in ([0.0, 7.0], [0.0, 1.0])
        session.run(v.initializer)
        assert session.run(v) == 1
        v.load(4.0, session)
        assert v.eval() == 4


def test_without_a_placeholder_all_is_known_at_once():
    v = tf.Variable(2.0)
    assert float(v * 3) == 6
    assert float(tf.assign_add(v, 1.0)) == 3
    assert tf.Session().run(tf.square(v)) == 9


def test_variables_are_found_by_their_names():
    with tf.variable_scope("maker"):
        w = tf.get_variable("w", [2, 3])
        with tf.variable_scope("inner"):
            tf.get_variable("b", shape=(3,), initializer=tf.constant_initializer(2.0))
    with tf.variable_scope("maker", reuse=True):
        assert tf.get_variable("w") is w
    with tf.variable_scope("maker"), pytest.raises(ValueError, match="maker/w exists already"):
        tf.get_variable("w", [2, 3])
    again = tf.variable_scope("maker", reuse=True)
    with again, pytest.raises(ValueError, match="maker/v does not exist"):
        tf.get_variable("v", [1])
    with tf.name_scope("judge"):
        count = tf.Variable(0, trainable=False, name="count")
    names = [v.name for v in tf.global_variables()]
    assert names == ["maker/w:0", "maker/inner/b:0", count.name] == [*names[:2], "judge/count:0"]
    of_maker = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope="maker")
    assert [v.name for v in of_maker] == names[:2]
    np.testing.assert_array_equal(tf.trainable_variables()[1].numpy(), [2, 2, 2])


def test_a_session_of_keras():
    config = tf.ConfigProto(gpu_options=tf.GPUOptions(per_process_gpu_memory_fraction=0.3))
    config.gpu_options.allow_growth = True
    session = tf.Session(graph=tf.get_default_graph(), config=config)
    K.set_session(session)
    assert K.get_session() is session
    model = Sequential([Dense(2, input_dim=3, activation="tanh")])
    found = K.get_session().run(model.output, {model.input: X, K.learning_phase(): 0})
    np.testing.assert_allclose(found, model.predict(X), rtol=1e-5)
    total, x = K.variable([1.0]), K.placeholder((1,))
    session.run(K.update(total, total + x), {x: [2.0]})
    assert K.get_value(total) == 3


def test_numbers_are_dropped_by_a_rate_that_is_told():
    x, keep = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [])
    kept = tf.nn.dropout(x, keep)
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(kept, {x: X, keep: 1.0}), X)
        found = session.run(kept, {x: np.ones((4000, 3)), keep: 0.25})
        assert set(np.unique(found)) == {0.0, 4.0}
        assert abs(found.mean() - 1) < 0.1
        again = session.run(kept, {x: np.ones((4000, 3)), keep: 0.25})
        assert (found != again).any()
        half = session.run(tf.nn.dropout(x, rate=0.5), {x: np.ones((4000, 3))})
        assert set(np.unique(half)) == {0.0, 2.0}


def test_a_rate_that_falls_with_the_count_of_steps():
    x, w = tf.placeholder(tf.float32, []), tf.Variable(0.0)
    step = tf.train.get_or_create_global_step()
    rate = tf.train.exponential_decay(1.0, step, 1, 0.5)
    train = tf.train.GradientDescentOptimizer(rate).minimize(x * w, global_step=step)
    with tf.Session() as session:
        for expected in (-1.0, -1.5, -1.75):
            session.run(train, {x: 1.0})
            assert session.run(w) == expected
        assert session.run(tf.train.get_global_step()) == 3


# What TensorFlow 2.21 makes of two steps.
PROXIMAL = {
    "descent": (
        lambda: tf.train.ProximalGradientDescentOptimizer(0.1, 0.2, 0.3),
        [0.83777934, -0.17937604, 0.0],
    ),
    "adagrad": (
        lambda: tf.train.ProximalAdagradOptimizer(0.5, 0.2, 0.1, 0.05),
        [0.3076521, 0.0, 0.0],
    ),
    "no penalty": (
        lambda: tf.train.ProximalAdagradOptimizer(0.5),
        [0.41729468, 0.0392265, -0.13075568],
    ),
}


@pytest.mark.parametrize("case", PROXIMAL)
def test_proximal_optimizers(case):
    make, expected = PROXIMAL[case]
    optimizer, w = make(), tf.Variable([1.0, -0.3, 0.02])
    for slope in ([0.5, -1.0, 0.1], [0.2, 0.3, 0.0]):
        optimizer.apply_gradients([(tf.constant(slope), w)])
    np.testing.assert_allclose(w.numpy(), expected, rtol=1e-6, atol=1e-8)


def test_variables_are_saved_and_restored(tmp_path):
    w = tf.Variable([1.0, 2.0], name="w")
    saver = tf.train.Saver(max_to_keep=2)
    with tf.Session() as session:
        paths = []
        for step in range(3):
            session.run(tf.assign(w, [step, 0.0]))
            paths.append(saver.save(session, str(tmp_path / "some.ckpt"), global_step=step))
        assert tf.train.latest_checkpoint(tmp_path) == paths[2]
        assert saver.last_checkpoints == paths[1:]
        saver.restore(session, paths[1])
        assert session.run(w).tolist() == [1.0, 0.0]
        with pytest.raises(tf.errors.NotFoundError, match="no checkpoint"):
            saver.restore(session, paths[0])
    other = tf.Variable(1.0, name="other")
    with pytest.raises(tf.errors.NotFoundError, match="Key other not found"):
        tf.train.Saver([other]).restore(session, paths[1])
    with tf.Graph().as_default(), pytest.raises(ValueError, match="save_weights"):
        tf.train.Saver()


def test_summaries_of_a_graph_and_by_hand(tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    x, w = tf.placeholder(tf.float32, [None]), tf.Variable([1.0, 2.0])
    tf.summary.scalar("mean", tf.reduce_mean(x))
    tf.summary.histogram("w", w)
    told = tf.summary.merge_all()
    with tf.Session() as session, tf.summary.FileWriter(str(tmp_path), session.graph) as writer:
        for step in range(2):
            writer.add_summary(session.run(told, {x: [step, 2.0]}), step)
        summary = tf.Summary()
        entry = summary.value.add()
        entry.tag, entry.simple_value = "by hand", 0.25
        writer.add_summary(summary, 7)
    events = accumulator.EventAccumulator(str(tmp_path), {"tensors": 0}).Reload()
    found = {}
    for tag in events.Tags()["tensors"]:
        for event in events.Tensors(tag):
            values = event.tensor_proto.float_val or np.frombuffer(
                event.tensor_proto.tensor_content, "float32"
            )
            found.setdefault(tag, []).append((event.step, values[0] if len(values) else None))
    assert found["mean"] == [(0, 1.0), (1, 1.5)]
    assert found["by hand"] == [(7, 0.25)]
    assert len(found["w"]) == 2


WRONG = {
    "no value": (lambda s, x: s.run(x * 2), tf.errors.InvalidArgumentError, "feed a value for"),
    "a name": (lambda s, x: s.run("x:0"), TypeError, "not their names"),
    "no tensor": (lambda s, x: s.run(object()), TypeError, "takes tensors"),
    "a key": (lambda s, x: s.run(x * 2, {"x": [1.0]}), TypeError, "symbolic tensors as keys"),
    "no shape": (lambda s, x: tf.placeholder(tf.float32), ValueError, "needs a shape"),
    "no session": (lambda s, x: (x * 2).eval({x: [1.0]}), ValueError, "No session is open"),
    "by name": (lambda s, x: s.graph.get_tensor_by_name("x:0"), KeyError, "get_layer"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_a_session_refuses(case):
    call, error, words = WRONG[case]
    x = tf.placeholder(tf.float32, [None], name="x")
    with pytest.raises(error, match=words):
        call(tf.Session(), x)
