"""Models whose `train_step` is their own: `fit` runs that, and asks nothing else of them."""

import numpy as np
import pytest

from cornu import ops
from cornu.models.model import Model

X = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
Z = np.random.default_rng(1).normal(size=(8, 2)).astype("float32")


def own(parts, units, compute, call=None):
    """A model of one dense layer, whose step computes a loss with it."""

    class Own(Model):
        def __init__(self):
            super().__init__()
            self.dense = parts.Dense(units, name="dense")

        def call(self, inputs):
            if call is None:
                raise AssertionError("fit has no business here")
            return call(self, inputs)

        def train_step(self, data):
            loss = compute(self.dense, data)
            self.optimizer.apply(self.compute_gradients(loss), self.trainable_variables)
            return {"loss": loss}

        def test_step(self, data):
            return {"loss": compute(self.dense, data)}

    return Own()


def squares(dense, data):
    return ops.mean(ops.square(dense(data)))


def of_latents(dense, images):
    """A generator: `call` would take latent vectors, `fit` gets images."""
    return ops.mean(ops.square(images - dense(ops.convert_to_tensor(Z))))


def of_pairs(dense, data):
    images, noise = data
    return ops.mean(ops.square(noise - dense(ops.concatenate([images, noise], axis=-1))))


def of_the_second(dense, data):
    (_, second, _), y = data
    return ops.mean(ops.square(y - dense(second)))


def eager_loss(compute, model, data):
    return float(np.mean(np.asarray(compute(model.dense, data), "float64")))


CASES = {
    "a call that raises": (4, squares, X),
    "latent vectors": (4, of_latents, X),
    "pairs": (4, of_pairs, (X, X[::-1].copy())),
    "one of three inputs": (1, of_the_second, ([X, Z, X], X[:, :1])),
}


@pytest.mark.parametrize("eagerly", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_fit_runs_the_step_alone(parts, case, eagerly):
    units, compute, data = CASES[case]
    model = own(parts, units, compute)
    model.compile(parts.SGD(0.1), backend=parts.backend, run_eagerly=eagerly)
    x, y = data if isinstance(data, tuple) else (data, None)
    history = model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0).history["loss"]
    assert len(model.trainable_variables) == 2
    assert history[1] < history[0]
    after = eager_loss(compute, model, data)
    assert model.evaluate(x, y, verbose=0) == pytest.approx(after, rel=1e-5)
    assert after < history[1]


def test_only_the_test_step_is_ones_own(parts):
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.dense = parts.Dense(4, name="dense")

        def test_step(self, data):
            return {"loss": squares(self.dense, data)}

        def predict_step(self, data):
            return self.dense(data) * 2.0

    model = Own()
    model.compile(backend=parts.backend, optimizer=None)
    kernel = parts.Dense(4, name="dense")(X) * 2.0
    assert model.evaluate(X, verbose=0) == pytest.approx(np.mean((kernel / 2) ** 2), rel=1e-5)
    np.testing.assert_allclose(model.predict(X, verbose=0), kernel, rtol=1e-5)


def test_one_optimizer_updates_first_some_then_other_weights(parts):
    """What is traced to make the weights does not tell the optimizer which it is for."""

    class Two(Model):
        def __init__(self):
            super().__init__()
            self.one, self.two = parts.Dense(4, name="one"), parts.Dense(4, name="two")

        def train_step(self, data):
            for dense in (self.one, self.two):
                loss = squares(dense, data)
                weights = dense.trainable_variables
                self.optimizer.apply(self.compute_gradients(loss, weights), weights)
            return {"loss": loss}

    model = Two()
    model.compile(parts.SGD(0.1), backend=parts.backend)
    model.fit(X, batch_size=8, verbose=0)
    assert len(model.trainable_variables) == 4
    reference = parts.Dense(4, name="one")
    reference(X)
    slope = 2 * X.T @ (X @ reference.kernel.numpy()) / X.size
    wanted = reference.kernel.numpy() - 0.1 * slope
    np.testing.assert_allclose(model.one.kernel.numpy(), wanted, rtol=1e-4, atol=1e-6)
    assert not np.any(model.two.kernel.numpy() == reference.kernel.numpy())


def test_a_step_that_keeps_metrics_of_its_own(parts):
    from cornu.base.metric import Mean

    class Own(Model):
        def __init__(self):
            super().__init__()
            self.dense = parts.Dense(4, name="dense")
            self.tracker = Mean(name="loss")

        @property
        def metrics(self):
            return [self.tracker]

        def train_step(self, data):
            loss = squares(self.dense, data)
            self.optimizer.apply(self.compute_gradients(loss), self.trainable_variables)
            self.tracker.update_state(loss)
            return {"loss": self.tracker.result()}

    model = Own()
    model.compile(parts.SGD(0.0), backend=parts.backend)
    found = model.fit(X, epochs=2, batch_size=4, verbose=0).history["loss"]
    wanted = np.mean(np.asarray(model.dense(X), "float64") ** 2)
    assert found == pytest.approx([wanted] * 2, rel=1e-5)


@pytest.mark.parametrize("metrics", [None, ["mean"]], ids=["no metrics", "metrics"])
@pytest.mark.parametrize("regularized", [True, False])
def test_a_step_as_keras_2_writes_it(parts, regularized, metrics):
    """`compiled_loss` shows the loss, with what it is told to add and no more."""

    def penalty(kernel):
        return ops.sum(ops.square(kernel)) * 0.5

    class Own(Model):
        def __init__(self):
            super().__init__()
            self.dense = parts.Dense(1, name="dense")

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            x, y = data
            y_pred = self(x, training=True)
            kwargs = {"regularization_losses": self.losses} if regularized else {}
            loss = self.compiled_loss(y, y_pred, **kwargs)
            weights = self.trainable_variables
            self.optimizer.apply_gradients(zip(self.compute_gradients(loss), weights, strict=True))
            self.compiled_metrics.update_state(y, y_pred)
            return {metric.name: metric.result() for metric in self.metrics}

    def mean(y, p):
        return p

    model = Own()
    model(X)
    model.dense.kernel.regularizer = penalty
    model.compile(parts.SGD(0.0), parts.mse, metrics and [mean], backend=parts.backend)
    found = model.fit(X, X[:, :1], batch_size=3, epochs=2, verbose=0).history
    outputs = np.asarray(model(X), "float64")
    extra = 0.5 * np.sum(np.asarray(model.dense.kernel, "float64") ** 2) if regularized else 0.0
    wanted = np.mean((outputs - X[:, :1]) ** 2) + extra
    assert found.pop("loss") == pytest.approx([wanted] * 2, rel=1e-5)
    assert found == ({} if metrics is None else {"mean": pytest.approx([outputs.mean()] * 2, 1e-5)})


def test_compiled_loss_within_compute_loss_is_shown_once(parts):
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.dense = parts.Dense(1, name="dense")

        def call(self, x):
            return self.dense(x)

        def compute_loss(self, x, y, y_pred, sample_weight=None):
            return self.compiled_loss(y, y_pred, sample_weight) + 3.0

    model = Own()
    model.compile(parts.SGD(0.0), parts.mse, backend=parts.backend)
    wanted = np.mean((np.asarray(model(X), "float64") - X[:, :1]) ** 2) + 3
    assert model.evaluate(X, X[:, :1], verbose=0) == pytest.approx(wanted, rel=1e-5)
