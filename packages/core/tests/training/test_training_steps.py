"""Steps of the user's own, and steps that run line by line."""

import numpy as np
import pytest

from cornu import ops
from cornu.base.metric import Mean
from cornu.errors import DataError, TracedValueError
from cornu.models.input_layer import Input
from cornu.models.model import Model


@pytest.fixture
def subclass(parts):
    class Line(Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.dense = parts.Dense(1, name="dense")

        def call(self, inputs):
            return self.dense(inputs)

    return Line


def trained(model, parts, points, **options):
    model.compile(parts.SGD(0.1), parts.mse, backend=parts.backend, **options)
    return model.fit(*points, batch_size=20, epochs=2, shuffle=False, verbose=0).history


def test_eager_steps_compute_the_same(subclass, parts, points):
    compiled = trained(subclass(), parts, points)
    eager = trained(subclass(), parts, points, run_eagerly=True)
    np.testing.assert_allclose(compiled["loss"], eager["loss"], rtol=1e-6)


def test_eager_steps_have_numbers(subclass, parts, points):
    seen = []

    class Talking(subclass):
        def call(self, inputs):
            outputs = super().call(inputs)
            seen.append(float(ops.mean(outputs)))
            if ops.max(outputs) > 0:
                seen.append(np.asarray(outputs).shape)
            return outputs

    trained(Talking(), parts, points, run_eagerly=True)
    assert (20, 1) in seen
    with pytest.raises(TracedValueError, match="run_eagerly=True"):
        trained(Talking(), parts, points)


def test_a_train_step_of_ones_own(subclass, parts, points):
    class Own(subclass):
        def train_step(self, data):
            x, y = data
            loss = self.compute_loss(x, y, self(x, training=True))
            self.optimizer.apply(self.compute_gradients(loss), self.trainable_variables)
            return {"last": loss}

    history = trained(Own(), parts, points)
    assert list(history) == ["last"]
    reference = trained(subclass(), parts, points)
    assert history["last"][0] != reference["loss"][0]  # of the last batch, not the mean
    assert history["last"][1] < history["last"][0]


def test_logs_that_are_metrics_are_not_returned_by_the_program(subclass, parts, points):
    class Own(subclass):
        def __init__(self):
            super().__init__()
            self.seen = Mean(name="seen")

        def train_step(self, data):
            logs = super().train_step(data)
            self.seen.update_state(ops.abs(data[1]))
            return {**logs, "seen": self.seen.result()}

    model = Own()
    history = trained(model, parts, points)
    assert history["seen"][0] == pytest.approx(np.abs(points[1]).mean(), rel=1e-5)
    assert model.program("train").outputs == ()


def test_a_loss_of_ones_own(subclass, parts, points):
    class Own(subclass):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            return ops.mean(ops.abs(y - y_pred))

    model = Own()
    model.compile(parts.SGD(0.0), backend=parts.backend)
    x, y = points
    expected = np.abs(model.predict(x, verbose=0) - y).mean()
    assert model.evaluate(x, y, verbose=0) == pytest.approx(expected, rel=1e-5)


def test_a_prediction_of_ones_own(subclass, parts, points):
    class Own(subclass):
        def predict_step(self, data):
            return {"twice": super().predict_step(data) * 2.0}

    model, x = Own(), points[0]
    model.compile(parts.SGD(), backend=parts.backend)
    found = model.predict(x, verbose=0)["twice"]
    np.testing.assert_allclose(found, 2 * (x @ model.get_weights()[0]), rtol=1e-5, atol=1e-6)


def test_losses_added_in_call(subclass, parts, points):
    class Own(subclass):
        def call(self, inputs):
            outputs = super().call(inputs)
            self.add_loss(ops.mean(outputs * 0.0) + 3.0)
            return outputs

    model = Own()
    model.compile(parts.SGD(0.0), parts.mse, backend=parts.backend)
    x, y = points
    error = model.predict(x, verbose=0) - y
    assert model.evaluate(x, y, verbose=0) == pytest.approx(np.mean(error**2) + 3, rel=1e-5)


def test_labels_are_checked_in_eager_steps_too(parts):
    model = parts.Sequential([parts.Dense(3, ops.softmax)])
    model.compile(parts.SGD(), parts.sparse, run_eagerly=True, backend=parts.backend)
    with pytest.raises(DataError, match="holds class 3"):
        model.fit(np.zeros((4, 2)), np.arange(4), verbose=0)


def test_losses_that_are_not_reduced_are_summed(parts, points):
    from cornu.base.loss import LossFunctionWrapper

    x, y = points
    found = []
    for reduction in ("sum", None):
        model = parts.Sequential([parts.Dense(1)], name="r")
        model.build((None, 2))
        model.set_weights([np.ones((2, 1)), np.zeros(1)])
        loss = LossFunctionWrapper(parts.mse.fn, reduction=reduction, name="l")
        model.compile(parts.SGD(0.001), loss, backend=parts.backend)
        model.fit(x, y, verbose=0, shuffle=False)
        found.append(model.get_weights())
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-5)


def test_the_loss_as_a_function(line, points):
    x, y = points
    zeros = [np.zeros((2, 1), "float32"), np.zeros(1, "float32")]
    before = line.get_weights()
    metrics = [variable.numpy() for variable in line.metrics_variables]
    loss, (weights, _, _) = line.stateless_compute_loss(
        zeros, [], metrics, x, y, x @ zeros[0] + zeros[1]
    )
    assert float(loss) == pytest.approx(np.mean(y**2), rel=1e-5)
    np.testing.assert_array_equal(weights[0], zeros[0])
    np.testing.assert_array_equal(line.get_weights()[0], before[0])


def test_names_of_a_train_step_of_keras_2(subclass, parts, points):
    class Old(subclass):
        def train_step(self, data):
            x, y = data
            y_pred = self(x, training=True)
            loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
            grads = self.compute_gradients(loss)
            self.optimizer.apply_gradients(zip(grads, self.trainable_variables, strict=True))
            self.compiled_metrics.update_state(y, y_pred)
            return {metric.name: metric.result() for metric in self.metrics}

    model = Old()
    model.compile(
        parts.SGD(0.1), parts.mse, metrics=[lambda y, p: ops.abs(y - p)], backend=parts.backend
    )
    history = model.fit(*points, epochs=2, verbose=0).history
    assert history["lambda"][1] < history["lambda"][0]


def test_a_model_that_is_a_train_step_alone(parts, points):
    class Pair(Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = parts.Dense(1, name="first"), parts.Dense(1, name="second")
            self.optimizers = parts.SGD(0.1), parts.SGD(0.1)

        def train_step(self, data):
            x, y = data
            for part, optimizer in zip((self.first, self.second), self.optimizers, strict=True):
                loss = ops.mean(ops.square(part(x) - y))
                weights = part.trainable_weights
                optimizer.apply(self.compute_gradients(loss, weights), weights)
            return {"last": loss}

    pair = Pair()
    pair.compile(parts.SGD(), backend=parts.backend)
    # all points at once: the loss of the last batch of some may be larger by chance
    losses = pair.fit(*points, batch_size=50, epochs=3, verbose=0).history["last"]
    assert losses[2] < losses[0]
    assert len(pair.weights) == 4
    with pytest.raises(NotImplementedError, match=r"Pair must define call"):
        pair.predict(points[0], verbose=0)


def test_a_loss_that_is_a_number(parts, points):
    model = parts.Sequential([parts.Dense(1)])
    model.compile(parts.SGD(), lambda y_true, y_pred: 3.0, backend=parts.backend)
    assert model.evaluate(*points, verbose=0) == 3.0


@pytest.mark.parametrize("eager", [False, True])
def test_a_loss_may_refer_to_tensors_of_the_model(parts, points, eager):
    x, y = points
    factor = np.linspace(0, 2, len(x)).astype("float32")[:, None]

    def fitted(loss, **options):
        features, weight = Input(x.shape[1:]), Input((1,))
        hidden = parts.Dense(3, name="hidden")(features)
        model = Model([features, weight], parts.Dense(1, name="last")(hidden))
        later = ops.square(hidden)  # not part of the model: computed from what is
        model.compile(
            parts.SGD(0.1),
            lambda y_true, y_pred: loss(y_true, y_pred, weight, later),
            backend=parts.backend,
            run_eagerly=eager,
        )
        history = model.fit([x, factor], y, batch_size=20, shuffle=False, verbose=0, **options)
        return history.history["loss"][0], model.get_weights()

    def plain(y_true, y_pred, weight, later):
        return ops.mean(ops.square(y_true - y_pred), axis=-1)

    def weighted(y_true, y_pred, weight, later):
        return ops.mean(ops.square(y_true - y_pred) * weight, axis=-1)

    def penalised(y_true, y_pred, weight, later):
        return plain(y_true, y_pred, weight, later) + ops.mean(later, axis=-1)

    wanted, weights = fitted(plain, sample_weight=factor[:, 0])
    found, others = fitted(weighted)
    assert found == pytest.approx(wanted, rel=1e-5)
    for one, other in zip(weights, others, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)
    assert fitted(penalised)[0] > fitted(plain)[0]
