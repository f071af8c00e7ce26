"""What stands around tensors: texts, rows, tables, arrays of tensors, pipelines over files."""

import gzip

import cornu.compat.tensorflow as tf
import numpy as np
import pytest

DATA = tf.data.Dataset


def numbers(data):
    return [np.asarray(x).tolist() for x in data]


def test_texts_are_tensors_whose_numbers_are_bytes():
    words = tf.constant(["sun", "sea"])
    assert isinstance(words, tf.Tensor)
    assert words.numpy().tolist() == [b"sun", b"sea"]
    assert words[0].numpy().decode() == "sun"
    assert (words.shape.as_list(), tf.as_dtype(words.dtype)) == ([2], tf.string)
    assert tf.concat([words, ["sky"]], 0).numpy().tolist() == [b"sun", b"sea", b"sky"]
    assert (words == ["sun", "x"]).tolist() == [True, False]
    assert (words + "!").numpy().tolist() == [b"sun!", b"sea!"]
    batches = tf.data.Dataset.from_tensor_slices(words).batch(2)
    assert next(iter(batches)).numpy().tolist() == [b"sun", b"sea"]
    assert next(batches.as_numpy_iterator()).tolist() == [b"sun", b"sea"]


def test_complex_numbers_are_for_numpy():
    z = tf.constant([3 + 4j, 1j])
    assert tf.abs(z).numpy().tolist() == [5, 1]
    assert tf.cast([1.0], tf.complex64).dtype == "complex64"


def test_an_index_or_size_may_be_a_tensor():
    x = tf.reshape(tf.range(12), (3, 4))
    half = tf.shape(x)[1] // 2
    assert x[:, half:].numpy().tolist() == [[2, 3], [6, 7], [10, 11]]
    assert ["a", "b"][tf.constant(1)] == "b"
    with pytest.raises(TypeError, match="whole number"):
        ["a"][tf.constant(0.0)]
    assert (str(x.shape), repr(x.shape), x.shape.rank) == ("(3, 4)", "TensorShape([3, 4])", 2)

    @tf.function
    def last(y):
        width = tf.shape(tf.zeros((2, 3)))[1]
        assert y.shape.rank == 2
        return y[:, : width - 1]

    assert last(tf.ones((2, 5))).shape == (2, 2)


def test_layers_called_by_hand_give_tensors_and_are_given_them():
    class Mine(tf.keras.layers.Layer):
        def call(self, inputs):
            assert inputs.shape.as_list() == [2, 3]
            assert inputs[0, 0].numpy() == 1
            return inputs * 2

    found = Mine()(np.ones((2, 3), "float32"))
    assert isinstance(found, tf.Tensor)
    assert found[0, 0].numpy() == 2
    masked = tf.keras.layers.Embedding(4, 2, mask_zero=True)(np.array([[1, 0]]))
    assert masked._keras_mask.numpy().tolist() == [[True, False]]
    dense = tf.keras.layers.Dense(3, name="wide")
    dense(tf.ones((1, 2)))
    assert [v.name for v in dense.weights] == ["wide/kernel:0", "wide/bias:0"]


@pytest.mark.parametrize(
    ("make", "wanted"),
    [
        (lambda d: d.unique(), [1, 2, 3]),
        (lambda d: d.scan(0, lambda s, x: (s + int(x), s + int(x))), [1, 3, 5, 8, 9]),
        (lambda d: d.batch(2).rebatch(3), [[1, 2, 2], [3, 1]]),
        (lambda d: DATA.zip((DATA.counter(5, 2), d)).map(lambda n, _: n).take(2), [5, 7]),
        (
            lambda d: DATA.choose_from_datasets(
                [d, d.map(lambda x: -x)], DATA.from_tensor_slices([0, 1, 1])
            ),
            [1, -1, -2],
        ),
        (
            lambda d: d.group_by_window(lambda x: x % 2, lambda _, w: w.batch(2), 2),
            [[2, 2], [1, 3], [1]],
        ),
        (lambda d: d.map(lambda x: 6 // (int(x) - 3)).ignore_errors(), [-3, -6, -6, -3]),
        (lambda d: d.apply(tf.data.experimental.unique()), [1, 2, 3]),
        (lambda d: [d.apply(tf.data.experimental.assert_cardinality(5)).cardinality()], [5]),
    ],
)
def test_data_sets_put_elements_together_anew(make, wanted):
    data = tf.data.Dataset.from_tensor_slices([1, 2, 2, 3, 1])
    assert numbers(make(data)) == wanted


def test_buckets_by_length():
    rows = [[1], [2, 2, 2], [3], [4, 4, 4, 4]]
    data = tf.data.Dataset.from_generator(lambda: iter(rows), output_types=tf.int32)
    found = data.bucket_by_sequence_length(lambda x: tf.shape(x)[0], [3], [2, 2])
    assert numbers(found) == [[[1], [3]], [[2, 2, 2, 0], [4, 4, 4, 4]]]


def test_resampled_classes_are_as_frequent_as_told():
    tf.random.set_seed(0)
    data = tf.data.Dataset.from_tensor_slices([0] * 900 + [1] * 100).shuffle(1000)
    labels = [int(c) for c, _ in data.rejection_resample(lambda x: x, [0.5, 0.5], [0.9, 0.1])]
    assert 0.4 < np.mean(labels) < 0.6


def test_lines_and_columns_of_files(tmp_path):
    path, packed = tmp_path / "a.csv", tmp_path / "b.gz"
    path.write_text('size,kind\n1,"a, b"\n,c\n')
    packed.write_bytes(gzip.compress(b"one\ntwo\n"))
    lines = tf.data.TextLineDataset(str(path)).skip(1)
    assert [x.numpy() for x in lines] == [b'1,"a, b"', b",c"]
    assert len(list(tf.data.TextLineDataset([str(packed)], "GZIP"))) == 2
    rows = list(tf.data.experimental.CsvDataset(str(path), [7, ""], header=True))
    assert [(int(a), b.numpy()) for a, b in rows] == [(1, b"a, b"), (7, b"c")]
    with pytest.raises(ValueError, match="Column 0 is empty"):
        list(tf.data.experimental.CsvDataset(str(path), [tf.int32, tf.string], header=True))
    table = tf.data.experimental.make_csv_dataset(
        str(path), 2, label_name="kind", num_epochs=1, shuffle=False
    )
    features, label = next(iter(table))
    assert (features["size"].numpy().tolist(), label.numpy().tolist()) == ([1, 0], [b"a, b", b"c"])
    found = tf.data.Dataset.list_files(str(tmp_path / "*.csv"), shuffle=False)
    assert [x.numpy().decode() for x in found] == [str(path)]


def test_places_of_a_variable_can_be_set():
    v = tf.Variable(tf.zeros((2, 2)), name="v")
    assert v.name == "v:0"
    v[0, 1].assign(3.0)
    v[1].assign_add([1.0, 2.0])
    assert v.numpy().tolist() == [[0, 3], [1, 2]]
    v.scatter_nd_update([[1, 0]], [5.0])
    v.scatter_nd_add([[0, 0], [0, 0]], [1.0, 1.0])
    v.scatter_update(tf.IndexedSlices(tf.constant([[7.0, 8.0]]), tf.constant([1])))
    assert v.numpy().tolist() == [[2, 3], [7, 8]]
    with tf.GradientTape() as tape:
        loss = v[0, 1] ** 2
    assert tape.gradient(loss, v).numpy().tolist() == [[0, 6], [0, 0]]


def test_an_array_of_tensors_under_a_tape():
    w = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        steps = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        for i in tf.range(3):
            steps = steps.write(i, w * float(i))
        total = tf.reduce_sum(steps.stack() ** 2)
    assert (float(total), float(tape.gradient(total, w))) == (20, 20)
    with pytest.raises(IndexError, match="dynamic_size=True"):
        tf.TensorArray(tf.float32, size=1).write(1, 0.0)


def test_gradients_of_series_are_those_of_scipy():
    special = pytest.importorskip("scipy.special")
    x = np.array([0.3, 1.5, 4.0, -0.7], "float32")
    variable = tf.Variable(x)
    with tf.GradientTape(persistent=True) as tape:
        logs, slopes = tf.math.lgamma(variable), tf.math.digamma(variable)
    np.testing.assert_allclose(tape.gradient(logs, variable), special.digamma(x), 2e-4, 1e-5)
    np.testing.assert_allclose(tape.gradient(slopes, variable), special.polygamma(1, x), 2e-3)


def test_strategies_of_one_device():
    strategy = tf.distribute.MirroredStrategy()
    with strategy.scope():
        assert tf.distribute.get_strategy() is strategy
        model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        model.compile("sgd", "mse")
    data = tf.data.Dataset.from_tensor_slices((np.ones((8, 2)), np.ones((8, 1)))).batch(4)
    model.fit(strategy.experimental_distribute_dataset(data), verbose=0)
    each = strategy.run(lambda x: x * 2, (tf.constant([1.0, 3.0]),))
    assert float(strategy.reduce(tf.distribute.ReduceOp.MEAN, each, axis=0)) == 4


@pytest.mark.parametrize(
    ("make", "wanted"),
    [
        (lambda t: t.exponential_decay(1.0, 3, 2, 0.5, staircase=True), 0.5),
        (lambda t: t.natural_exp_decay(1.0, 2, 2, 0.5), np.exp(-0.5)),
        (lambda t: t.inverse_time_decay(1.0, 4, 2, 0.5), 0.5),
        (lambda t: t.polynomial_decay(1.0, 5, 10, 0.0, power=2.0), 0.25),
        (lambda t: t.polynomial_decay(1.0, 15, 10, 0.0, cycle=True), 0.25),
        (lambda t: t.piecewise_constant(10, [10, 20], [1.0, 0.5, 0.1]), 1.0),
        (lambda t: t.piecewise_constant(11, [10, 20], [1.0, 0.5, 0.1]), 0.5),
        (lambda t: t.cosine_decay(1.0, 5, 10, alpha=0.2), 0.6),
        (lambda t: t.cosine_decay_restarts(1.0, 12, 4, m_mul=0.5), 0.25),
    ],
)
def test_rates_that_fall(make, wanted):
    assert make(tf.compat.v1.train)() == pytest.approx(wanted)


def test_a_falling_rate_trains():
    step = tf.Variable(0, trainable=False, dtype=tf.int64)
    w = tf.Variable(1.0)
    rate = tf.compat.v1.train.exponential_decay(0.1, step, 1, 0.5)
    optimizer = tf.compat.v1.train.GradientDescentOptimizer(rate)
    seen = []
    for _ in range(3):
        optimizer.minimize(lambda: w * 1.0, global_step=step, var_list=[w])
        seen.append(float(w))
    np.testing.assert_allclose(seen, [0.9, 0.85, 0.825], 1e-6)


def test_weights_under_the_name_of_a_checkpoint(tmp_path):
    def made():
        model = tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(3,))])
        model.compile("adam", "mse")
        return model

    model, path = made(), str(tmp_path / "cp-{epoch:04d}.ckpt")
    saves = tf.keras.callbacks.ModelCheckpoint(path, save_weights_only=True)
    model.fit(np.ones((4, 3)), np.ones((4, 2)), epochs=2, callbacks=[saves], verbose=0)
    latest = tf.train.latest_checkpoint(str(tmp_path))
    assert latest == path.format(epoch=2)
    assert tmp_path.joinpath("cp-0002.ckpt.index").exists()
    again = made()
    again.load_weights(latest).expect_partial()
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])
    model.save(str(tmp_path / "whole.h5"))
    loaded = tf.keras.models.load_model(str(tmp_path / "whole.h5"))
    assert loaded.evaluate(np.ones((4, 3)), np.ones((4, 2)), verbose=0) >= 0


def test_samplers_draw_by_their_laws():
    drawn, of_true, of_drawn = tf.random.log_uniform_candidate_sampler(
        tf.constant([[3]], tf.int64), 1, 4, True, 8, seed=1
    )
    assert len(set(drawn.numpy().tolist())) == 4
    assert of_true.shape == (1, 1)
    many = tf.random.log_uniform_candidate_sampler([[0]], 1, 20000, False, 8, seed=1)[0]
    law = np.log((np.arange(8) + 2) / (np.arange(8) + 1)) / np.log(9)
    np.testing.assert_allclose(np.bincount(many.numpy(), minlength=8) / 20000, law, atol=0.02)
    assert of_drawn.shape == (4,)


def test_numbers_for_tensorboard(tmp_path):
    pytest.importorskip("tensorboard")
    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default():
        assert tf.summary.scalar("loss", tf.constant(1.5), step=3)
        tf.summary.histogram("w", tf.range(5), step=3)
        with pytest.raises(ValueError, match="No step set"):
            tf.summary.scalar("loss", 1.0)
    assert not tf.summary.scalar("loss", 1.0, step=1)
    (file,) = tmp_path.iterdir()
    assert b"loss" in file.read_bytes()


@pytest.mark.parametrize(
    ("check", "holds", "fails"),
    [
        (tf.debugging.assert_positive, [1.0], [0.0]),
        (tf.debugging.assert_non_negative, [0.0], [-1.0]),
        (tf.debugging.assert_negative, [-1.0], [0.0]),
        (tf.debugging.assert_non_positive, [0.0], [1.0]),
        (tf.debugging.assert_scalar, 1.0, [1.0]),
        (tf.debugging.assert_integer, [1], [1.0]),
        (lambda x: tf.debugging.assert_rank(x, 2), [[1.0]], [1.0]),
        (lambda x: tf.debugging.assert_rank_at_least(x, 1), [1.0], 1.0),
        (lambda x: tf.debugging.assert_type(x, tf.float32), [1.0], [1]),
        (lambda x: tf.debugging.assert_none_equal(x, 2), [1], [2]),
    ],
)
def test_checks_of_values(check, holds, fails):
    check(tf.constant(holds))
    with pytest.raises((ValueError, TypeError)):
        check(tf.constant(fails))


def test_keras_applications_takes_the_parts_of_keras():
    pytest.importorskip("cornu_layers")
    from cornu_keras.compat.keras_applications.mobilenet import MobileNet, preprocess_input

    from cornu_keras.compat import keras_applications

    parts = dict.fromkeys(("backend", "layers", "models", "utils"))
    model = MobileNet(weights=None, input_shape=(32, 32, 3), alpha=0.25, classes=2, **parts)
    assert model.output_shape == (None, 2)
    pixels = preprocess_input(np.full((1, 2, 2, 3), 255.0), **parts)
    assert pixels.max() == 1
    assert keras_applications.mobilenet.MobileNet.__name__ == "MobileNet"
    with pytest.raises(AttributeError, match="spam"):
        keras_applications.spam  # noqa: B018
