"""What tutorials of TensorFlow do, with the names that they use."""

import numpy as np
import pytest

pytest.importorskip("cornu_layers")
pytest.importorskip("cornu_optim")
import cornu.compat.tensorflow as tf
from cornu.compat.tensorflow.keras import Model
from cornu.compat.tensorflow.keras.layers import Conv2D, Dense, Flatten

X = np.random.default_rng(0).random((64, 8, 8), "float32")
Y = np.random.default_rng(1).integers(0, 10, 64)


def test_quickstart_for_beginners():
    model = tf.keras.models.Sequential(
        [
            tf.keras.layers.Flatten(input_shape=(8, 8)),
            tf.keras.layers.Dense(16, activation="relu"),
            tf.keras.layers.Dropout(0.2),
            tf.keras.layers.Dense(10),
        ]
    )
    predictions = model(X[:1]).numpy()
    assert tf.nn.softmax(predictions).numpy().sum() == pytest.approx(1, abs=1e-5)
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert loss(Y[:1], predictions).numpy() > 0
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    before = model.evaluate(X, Y, verbose=0)[0]
    model.fit(X, Y, epochs=20, verbose=0)
    assert model.evaluate(X, Y, verbose=0)[0] < before


def test_quickstart_for_experts():
    class MyModel(Model):
        def __init__(self):
            super().__init__()
            self.conv1 = Conv2D(4, 3, activation="relu")
            self.flatten = Flatten()
            self.d1 = Dense(10)

        def call(self, x):
            return self.d1(self.flatten(self.conv1(x)))

    data = tf.data.Dataset.from_tensor_slices((X[..., tf.newaxis], Y)).shuffle(100).batch(16)
    model, optimizer = MyModel(), tf.keras.optimizers.Adam(0.01)
    loss_object = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    train_loss = tf.keras.metrics.Mean(name="train_loss")
    accuracy = tf.keras.metrics.SparseCategoricalAccuracy(name="train_accuracy")

    @tf.function
    def train_step(images, labels):
        with tf.GradientTape() as tape:
            predictions = model(images, training=True)
            loss = loss_object(labels, predictions)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        train_loss(loss)
        accuracy(labels, predictions)

    seen = []
    for _ in range(8):
        train_loss.reset_state()
        accuracy.reset_state()
        for images, labels in data:
            train_step(images, labels)
        seen.append(float(train_loss.result()))
        assert f"{accuracy.result() * 100:0.2f}"
    assert seen[-1] < seen[0]
    assert optimizer.iterations.numpy() == 8 * 4


def test_a_tape_outside_of_steps_gives_what_calculus_does():
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x**3
        slope = inner.gradient(y, x)
    assert float(slope) == pytest.approx(27)
    assert float(outer.gradient(slope, x)) == pytest.approx(18)
    assert y.numpy() == 27
    assert repr(y) == repr(np.asarray(27, "float32"))

    z = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(z)
        a = z * z
        b = tf.reduce_sum(a)
    np.testing.assert_allclose(tape.gradient(b, z).numpy(), [2, 4])
    np.testing.assert_allclose(tape.gradient(b, a).numpy(), [1, 1])
    np.testing.assert_allclose(tape.jacobian(a, z).numpy(), [[2, 0], [0, 4]])
    assert tape.gradient(b, x) is None
    zero = tape.gradient(b, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    assert float(zero) == 0
    with tf.GradientTape() as once:
        once.watch(z)
        c = z * 2
    once.gradient(c, z)
    with pytest.raises(RuntimeError, match="persistent=True"):
        once.gradient(c, z)


def test_a_variable_that_changes_under_a_tape_keeps_what_was_computed():
    w = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        before = w * w
        w.assign_add(1.0)
        after = w * w
    assert (before.numpy(), after.numpy(), w.numpy()) == (4, 9, 3)
    assert float(tape.gradient(before, w)) == 4
    assert float(tape.gradient(after, w)) == 6


def test_a_penalty_on_gradients():
    critic, x = tf.keras.Sequential([Dense(1)]), tf.random.normal((4, 3))
    with tf.GradientTape() as outer:
        with tf.GradientTape() as tape:
            tape.watch(x)
            scores = critic(x)
        slopes = tape.gradient(scores, x)
        penalty = tf.reduce_mean((tf.norm(slopes, axis=1) - 1) ** 2)
    kernel = critic.trainable_variables[0]
    size = np.linalg.norm(kernel.numpy())
    assert penalty.numpy() == pytest.approx((size - 1) ** 2, rel=1e-4)
    found = outer.gradient(penalty, kernel).numpy()
    np.testing.assert_allclose(found, 2 * (size - 1) * kernel.numpy() / size, rtol=1e-4)


def test_a_training_step_of_ones_own_with_a_tape():
    class Mine(tf.keras.Model):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
            gradients = tape.gradient(loss, self.trainable_variables)
            pairs = zip(gradients, self.trainable_variables, strict=True)
            self.optimizer.apply_gradients(pairs)
            self.compiled_metrics.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

    tf.random.set_seed(0)
    inputs = tf.keras.Input((4,))
    model = Mine(inputs, Dense(1)(inputs))
    model.compile("adam", "mse", metrics=["mae"])
    history = model.fit(np.ones((32, 4)), np.ones((32, 1)), epochs=3, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    assert set(history) == {"loss", "mae"}


def test_layers_written_in_tensorflow():
    class Linear(tf.keras.layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.units = units
            self.scale = tf.constant(2.0)  # no weight

        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="ones")

        def call(self, inputs):
            return tf.matmul(inputs, self.w) * self.scale

    symbolic = tf.keras.layers.Lambda(lambda x: x * x.shape.as_list()[-1])
    inputs = tf.keras.Input((3,))
    assert inputs.get_shape().as_list() == symbolic(inputs).shape.as_list() == [None, 3]
    model = tf.keras.Model(inputs, symbolic(inputs))
    np.testing.assert_array_equal(model.predict(np.ones((1, 3)), verbose=0), [[3, 3, 3]])
    layer = Linear(2)
    np.testing.assert_array_equal(layer(tf.ones((1, 3))), [[6, 6]])
    assert len(layer.weights) == 1
    doubled = tf.keras.layers.Lambda(lambda x: tf.nn.relu(x) * tf.constant(2.0))
    np.testing.assert_array_equal(doubled(tf.constant([[-1.0, 1.0]])), [[0, 2]])


def test_optimizers_minimize():
    x = tf.Variable(3.0)
    for optimizer in (tf.keras.optimizers.SGD(0.1), tf.keras.optimizers.legacy.SGD(0.1)):
        before = float(x)
        optimizer.minimize(lambda: (x - 1) ** 2, [x])
        assert float(x) == pytest.approx(before - 0.2 * (before - 1))
    old = tf.train.GradientDescentOptimizer(0.1)
    old.minimize(lambda: (x - 1) ** 2, var_list=[x])
    assert float(x) < before


def test_data_sets():
    numbers = tf.data.Dataset.range(10)
    assert [int(n) for n in numbers.filter(lambda n: n % 2 == 0)] == [0, 2, 4, 6, 8]
    batches = numbers.map(lambda n: n * 2).batch(4, drop_remainder=True)
    assert [b.numpy().tolist() for b in batches] == [[0, 2, 4, 6], [8, 10, 12, 14]]
    assert len(batches) == 2
    assert sorted(int(n) for n in numbers.shuffle(5, seed=1)) == list(range(10))
    shuffled = numbers.shuffle(10, seed=1)
    assert [int(n) for n in shuffled] != [int(n) for n in shuffled]
    pairs = tf.data.Dataset.zip((numbers, numbers.skip(5))).take(2)
    assert [(int(a), int(b)) for a, b in pairs] == [(0, 5), (1, 6)]
    repeated = numbers.take(2).repeat(2).cache().prefetch(tf.data.AUTOTUNE)
    assert [int(n) for n in repeated] == [int(n) for n in repeated] == [0, 1, 0, 1]
    made = tf.data.Dataset.from_generator(
        lambda: ((i, [i] * i) for i in range(1, 4)), output_types=(tf.int32, tf.float32)
    )
    (first, padded) = next(iter(made.padded_batch(3)))
    assert padded.numpy().tolist() == [[1, 0, 0], [2, 2, 0], [3, 3, 3]]
    assert first.dtype == tf.int32
    named = tf.data.Dataset.from_tensor_slices({"a": [1, 2], "b": [[1.0], [2.0]]})
    assert named.element_spec["b"].shape.as_list() == [1]
    model = tf.keras.Sequential([Dense(1)])
    model.compile("sgd", "mse")
    data = tf.data.Dataset.from_tensor_slices((X[:, 0], X[:, 0, :1])).batch(16)
    history = model.fit(data, epochs=2, validation_data=data, verbose=0).history
    assert len(history["val_loss"]) == 2
    assert model.predict(data, verbose=0).shape == (64, 1)


def test_what_is_absent_says_what_to_use():
    with pytest.raises(AttributeError, match="a model with fit"):
        tf.estimator  # noqa: B018
    with pytest.raises(AttributeError, match="reduce_mean"):
        tf.reduce_men  # noqa: B018


def test_an_argument_that_is_not_known_is_an_error():
    assert float(tf.reduce_sum([1.0, 2.0], name="total")) == 3
    for call in (
        lambda: tf.reduce_sum([1.0], keepdim=True),
        lambda: tf.linalg.lstsq([[1.0]], [[1.0]], l2_regularizer=0.1),
        lambda: tf.math.bincount([1], binary_output=True),
        lambda: tf.reshape(x=[1.0], shape=[1]),
    ):
        with pytest.raises(TypeError, match="unexpected keyword"):
            call()


def test_names_of_tensorflow_1():
    old = tf.compat.v1
    old.disable_v2_behavior()
    old.set_random_seed(1)
    assert float(old.log(1.0)) == float(old.mod(4.0, 2.0)) == float(old.log1p(0.0)) == 0
    np.testing.assert_allclose(old.rsqrt(4.0), 0.5)
    assert old.Session is tf.Session


def test_checkpoints(tmp_path):
    w = tf.Variable([1.0, 2.0])
    manager = tf.train.CheckpointManager(tf.train.Checkpoint(w=w), tmp_path, max_to_keep=1)
    manager.save()
    w.assign([5.0, 6.0])
    path = manager.save()
    w.assign([0.0, 0.0])
    assert manager.latest_checkpoint == path == tf.train.latest_checkpoint(tmp_path)
    tf.train.Checkpoint(w=w).restore(path)
    np.testing.assert_array_equal(w, [5, 6])
    assert len(list(tmp_path.iterdir())) == 1
