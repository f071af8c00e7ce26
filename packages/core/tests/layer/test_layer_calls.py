"""What a call does around `call`: casting, the training flag, building."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.base import Layer
from cornu_data.symbolic.signature import CallSignature
from cornu_engine.config import set_learning_phase
from cornu_engine.trace import Trace

X = np.ones((2, 5), "float32")


class Echo(Layer):
    """Keeps what it was called with."""

    def call(self, inputs, other=None, training=None):
        self.__dict__["seen"] = (inputs, other, training)
        return inputs


# Casting


@pytest.mark.parametrize(
    ("dtype", "given", "seen"),
    [
        (None, "float64", "float32"),
        (None, "float16", "float32"),
        (None, "int64", "int64"),
        (None, "bool", "bool"),
        ("float64", "float32", "float64"),
        ("mixed_float16", "float32", "float16"),
    ],
)
def test_floats_are_cast_and_nothing_else(dtype, given, seen):
    layer = Echo(dtype=dtype)
    layer(np.ones((2, 2), given), other=[np.ones(2, given)])
    assert layer.seen[0].dtype == layer.seen[1][0].dtype == np.dtype(seen)


def test_autocast_can_be_turned_off():
    layer = Echo(autocast=False)
    layer(np.ones(2, "float64"))
    assert layer.seen[0].dtype == np.float64


def test_lists_of_numbers_are_arrays_and_lists_of_arrays_are_lists():
    layer = Echo()
    assert layer([[1.0, 2.0]]).shape == (1, 2)
    assert isinstance(layer([X, X]), list)


@pytest.mark.parametrize("wrong", ["text", len, Layer])
def test_what_is_no_value_is_refused(wrong):
    with pytest.raises(ValueError, match="which is no value"):
        Echo()(wrong)


def test_object_arrays_are_refused():
    with pytest.raises(TypeError, match="not object"):
        Echo()(np.array([1, "a"], dtype=object))


# Training


@pytest.mark.parametrize("outer", [None, True, False])
@pytest.mark.parametrize("own", [None, True, False])
def test_training_is_what_was_said_last(outer, own):
    class Outer(Layer):
        def __init__(self):
            super().__init__()
            self.inner, self.after = Echo(), Echo()

        def call(self, x):
            self.after(self.inner(x, training=own))
            return x

    layer = Outer()
    layer(X, training=outer)
    assert layer.inner.seen[2] is (outer if own is None else own)
    assert layer.after.seen[2] is outer  # what one layer was told does not reach the next


def test_training_has_the_default_of_call_then_the_learning_phase():
    class Default(Layer):
        def call(self, x, training=True):
            return x + (1.0 if training else 0.0)

    assert Default()(X)[0, 0] == 2.0
    echo = Echo()
    try:
        set_learning_phase(1)
        echo(X)
    finally:
        set_learning_phase(None)
    assert echo.seen[2] is True


def test_training_may_be_passed_to_a_layer_that_does_not_take_it(parts):
    assert parts.Linear(1)(X, training=True).shape == (2, 1)


def test_a_positional_training_flag_is_kept():
    layer = Echo()
    layer(X, None, True)
    assert layer.seen[2] is True


# Building


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (X, (2, 5)),
        ([X, X[:1]], [(2, 5), (1, 5)]),
        ({"b": X, "a": (X,)}, {"b": (2, 5), "a": ((2, 5),)}),
    ],
)
def test_build_gets_the_structure_of_shapes(value, shape):
    class Shaped(Layer):
        def build(self, input_shape):
            self.__dict__["got"] = input_shape

        def call(self, inputs):
            return X

    layer = Shaped()
    layer(value)
    assert layer.got == shape
    assert layer.get_build_config() == {"input_shape": shape}


def test_build_with_several_parameters_gets_each_by_name():
    class Two(Layer):
        def build(self, query_shape, value_shape):
            self.__dict__["got"] = (query_shape, value_shape)

        def call(self, query, value, flag=False):
            return query

    layer = Two()
    layer(X, value=X[:1], flag=True)
    assert layer.got == ((2, 5), (1, 5))
    again = Two()
    again.build_from_config(layer.get_build_config())
    assert again.built
    assert again.got == layer.got


def test_build_runs_once_even_through_super(parts):
    class Child(parts.Linear):
        def build(self, input_shape):
            self.__dict__["times"] = self.__dict__.get("times", 0) + 1
            super().build(input_shape)
            assert self.built is False  # not before the whole of it has run

    layer = Child(1)
    layer(X)
    layer(X)
    assert (layer.times, layer.built, len(layer.weights)) == (1, True, 2)


def test_build_without_a_call_builds_the_sublayers(parts):
    class Outer(Layer):
        def __init__(self):
            super().__init__()
            self.inner = parts.Linear(3)

        def call(self, x):
            return self.inner(x)

    layer = Outer()
    layer.build((None, 7))
    assert [w.path for w in layer.weights] == ["outer/linear/kernel", "outer/linear/bias"]


def test_building_inside_a_trace_makes_plain_weights(parts):
    layer = parts.Linear(2)
    with Trace("t") as trace:
        node = layer(trace.input("x", (3, 4), "float32"))
    assert node.shape == (3, 2)
    np.testing.assert_array_equal(layer.kernel.numpy(), np.ones((4, 2)))


class _Residual(Layer):
    def build(self, input_shape):
        self.weight = self.add_weight(shape=(), initializer="ones")

    def call(self, x):
        skip = x
        h = ops.relu(x)
        h += skip
        x += h
        x *= self.weight
        w = ops.convert_to_tensor(self.weight)
        w -= 0.5
        flat = ops.reshape(skip, (-1,))
        flat += 7.0
        return x + skip + w


def test_what_call_changes_in_place_is_its_own():
    x, layer = np.ones((1, 1), "float32"), _Residual()
    expected = 4.5  # 1 + (1 + 1), 1 and 0.5
    model = cornu.Sequential([cornu.Input((1,)), layer])
    for _ in range(2):
        for found in (model(x), layer(x), model.predict(x, verbose=0)):
            assert found.item() == expected
    assert x == 1
    assert layer.weight.numpy() == 1
    with pytest.raises(ValueError, match="read-only"):
        layer.weight.value[...] = 2.0


@pytest.mark.parametrize(
    "call",
    [
        lambda x: 0,
        lambda x, y=1: 0,
        lambda x, *rest: 0,
        lambda *xs: 0,
        lambda x, *, y: 0,
        lambda x, *, y=1: 0,
        lambda x, /, y: 0,
        lambda **named: 0,
        lambda: 0,
    ],
)
@pytest.mark.parametrize("args", [(), (1,), (1, 2), (1, 2, 3)])
@pytest.mark.parametrize("kwargs", [{}, {"y": 5}, {"x": 5}])
def test_arguments_are_bound_as_python_binds_them(call, args, kwargs):
    signature = inspect.signature(call)
    try:
        expected = signature.bind(*args, **kwargs).arguments
    except TypeError as error:
        with pytest.raises(TypeError, match=re.escape(str(error))):
            CallSignature(signature).bind(args, kwargs, "")
    else:
        assert CallSignature(signature).bind(args, kwargs, "") == expected
