"""`super().build(input_shape)`, at the start or the end of a `build`: it marks, and no more."""

import numpy as np
import pytest

import cornu
from cornu.base import Layer, Optimizer
from cornu.models.model import Model

X = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
PARTS = ["none", "unbuilt", "partly", "built", "in_build", "in_build_built"]
USES = {
    "call": lambda outer: np.asarray(outer(X)),
    "build, then call": lambda outer: [outer.build((None, 3)), np.asarray(outer(X))][1],
    "symbolic call": lambda outer: cornu.Model(x := cornu.Input((3,)), outer(x)).predict(
        X, verbose=0
    ),
    "stacked": lambda outer: cornu.Sequential([cornu.Input((3,)), outer]).predict(X, verbose=0),
    "stacked later": lambda outer: cornu.Sequential([outer]).predict(X, verbose=0),
    "as a part": lambda outer: holder(outer).predict(X, verbose=0),
    "trained": lambda outer: trained(outer),
    "trained line by line": lambda outer: trained(outer, run_eagerly=True),
}


@pytest.fixture
def linear(parts):
    return parts.Linear


def holder(layer):
    class Holder(Model):
        def __init__(self):
            super().__init__()
            self.layer = layer

        def call(self, x):
            return self.layer(x)

    return Holder()


class Still(Optimizer):
    """Counts steps."""

    def update_step(self, gradient, variable, learning_rate):
        self.assign_sub(variable, gradient * 0.0)


def trained(outer, **options):
    model = outer if isinstance(outer, Model) else cornu.Sequential([outer])
    model.compile(Still(), lambda y, p: (y - p) ** 2, **options)
    history = model.fit(X, np.zeros((5, 3)), epochs=2, verbose=0).history
    assert len(model.optimizer.variables) == 2
    found = model.predict(X, verbose=0)
    wanted = np.mean(np.asarray(found, "float64") ** 2)
    assert history["loss"] == pytest.approx([wanted] * 2, rel=1e-5)
    return found


def made(base, parts, first, linear):
    class Outer(base):
        def __init__(self):
            super().__init__()
            self.layers_made = 0
            if not parts.startswith("in_build"):
                self.make(parts)

        def make(self, parts):
            self.one = linear(3, name="one") if parts != "none" else None
            self.two = linear(3, name="two") if parts != "none" else None
            if parts in ("built", "partly"):
                self.one.build((None, 3))
            if parts == "built":
                self.two.build((None, 3))

        def build(self, input_shape):
            if first:
                super().build(input_shape)
            self.layers_made += 1
            self.scale = self.add_weight(shape=(3,), initializer=np.ones, name="scale")
            if parts.startswith("in_build"):
                self.make("built" if parts.endswith("built") else "unbuilt")
            if not first:
                super().build(input_shape)

        def call(self, x):
            x = x * self.scale
            return x if self.one is None else self.two(self.one(x))

    return Outer()


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("sublayers", PARTS)
@pytest.mark.parametrize("first", [True, False], ids=["start", "end"])
@pytest.mark.parametrize("base", [Layer, Model], ids=["layer", "model"])
def test_super_build(base, first, sublayers, use, linear):
    outer = made(base, sublayers, first, linear)
    found = USES[use](outer)
    inner = (X @ np.ones((3, 3)) + 1) @ np.ones((3, 3)) + 1
    np.testing.assert_allclose(found, X if sublayers == "none" else inner, rtol=1e-5)
    assert outer.built
    assert outer.layers_made == 1
    assert len(outer.weights) == (1 if sublayers == "none" else 5)
    assert [w.path.rsplit("/", 2)[-2:] for w in outer.weights[1:2]] in ([], [["one", "kernel"]])


def test_super_build_of_a_build_of_ones_own(linear):
    class Scaled(Layer):
        def build(self, input_shape):
            super().build(input_shape)
            self.scale = self.add_weight(shape=(3,), initializer=np.ones, name="scale")

        def call(self, x):
            return x * self.scale

    class Shifted(Scaled):
        def build(self, input_shape):
            super().build(input_shape)
            self.shift = self.add_weight(shape=(3,), initializer=np.ones, name="shift")
            self.dense = linear(3)
            Layer.build(self, input_shape)

        def call(self, x):
            return self.dense(super().call(x) + self.shift)

    layer = Shifted()
    np.testing.assert_allclose(layer(X), (X + 1) @ np.ones((3, 3)) + 1, rtol=1e-6)
    assert [w.name for w in layer.weights] == ["scale", "shift", "kernel", "bias"]


def test_a_build_that_calls_the_layer(linear):
    class Tried(Model):
        def build(self, input_shape):
            self.dense = linear(3)
            self(np.zeros((1, 3), "float32"))
            super().build(input_shape)

        def call(self, x):
            return self.dense(x)

    model = Tried()
    model.build((None, 3))
    assert len(model.weights) == 2
