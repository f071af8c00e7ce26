"""Functional models that several tests look at."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.plugins.custom_objects import CustomObjectScope

RNG = np.random.default_rng(0)


def rows(*shape):
    return RNG.normal(size=shape).astype("float32")


def chain(parts):
    x = cornu.Input((4,), name="x")
    h = parts.Linear(3)(x)
    return cornu.Model(x, parts.Linear(2)(h))


def shared(parts):
    a, b = cornu.Input((4,), name="a"), cornu.Input((4,), name="b")
    linear = parts.Linear(3)
    x = ops.concatenate([linear(a), linear(b)], axis=-1)
    return cornu.Model([a, b], parts.Linear(2, name="last")(x))


def two_heads(parts):
    a, b = cornu.Input((4,), name="zz"), cornu.Input((5,), name="aa")
    h, g = parts.Linear(3)(a), parts.Linear(3)(b)
    first, second = parts.Linear(1, name="o1")(h + g), parts.Linear(2, name="o2")(h)
    return cornu.Model({"zz": a, "aa": b}, {"second": second, "first": first})


def repeated(parts):
    d, e, x = parts.Linear(4), parts.Linear(4), cornu.Input((4,), name="x")
    return cornu.Model(x, [d(e(d(e(x)))), d(x)])


def nested(parts):
    x = cornu.Input((4,), name="i")
    inner = cornu.Model(
        x, parts.Linear(2, name="in2")(parts.Linear(3, name="in1")(x)), name="inner"
    )
    stack = cornu.Sequential([cornu.Input((2,)), parts.Linear(2)], name="sq")
    y = cornu.Input((4,), name="j")
    z = inner(parts.Linear(4)(stack(inner(y))))
    return cornu.Model(y, z, name="outer")


def of_functions(parts):
    x = cornu.Input((6, 4), name="x")
    y = x[:, 0] + 1.0
    z = ops.mean(x, axis=1) @ np.ones((4, 4), "float32")
    y = ops.concatenate([y, z], axis=-1)
    return cornu.Model(x, parts.Linear(2)(ops.relu(2.0 - y[:, 1:7:2] / 2)))


MODELS = [chain, shared, two_heads, repeated, nested, of_functions]


@pytest.fixture(params=MODELS, ids=lambda f: f.__name__)
def model(request, parts):
    made = request.param(parts)
    made.set_weights([rows(*w.shape) for w in made.weights])
    with CustomObjectScope({"Linear": parts.Linear}):
        yield made


@pytest.fixture
def graphs(parts):
    """The functions above by name, with the layers of this test."""
    return SimpleNamespace(**{make.__name__: partial(make, parts) for make in MODELS})


@pytest.fixture
def inputs_of():
    """Return a function that draws inputs for a model."""
    return lambda model: cornu.tree.map_structure(lambda t: rows(3, *t.shape[1:]), model.input)
