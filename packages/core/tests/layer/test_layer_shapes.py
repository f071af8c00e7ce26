"""Shapes of outputs, found by tracing or declared, and what is expected of inputs."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.base import Layer
from cornu.base.layer import InputSpec, KerasTensor
from cornu.errors import ShapeError

X = np.ones((2, 5), "float32")


class Echo(Layer):
    """Keeps what it was called with."""

    def call(self, inputs, other=None, training=None):
        self.__dict__["seen"] = (inputs, other, training)
        return inputs


# Shapes of outputs


def conv_like(x):
    return ops.sum(x[:, 1:] * 2.0, axis=-1, keepdims=True)


@pytest.mark.parametrize(
    ("shape", "out"),
    [((None, 4, 3), (None, 3, 1)), ((None, None, 3), (None, None, 1)), ((8, 4, 3), (8, 3, 1))],
)
def test_shapes_are_inferred_by_tracing(shape, out):
    class Windowed(Layer):
        def call(self, x):
            return conv_like(x)

    layer = Windowed()
    assert layer(KerasTensor(shape)).shape == out
    assert layer.compute_output_shape(shape) == out
    assert layer.output_shape == out


def test_a_declared_shape_is_believed():
    class Declared(Layer):
        def compute_output_shape(self, input_shape):
            return (input_shape[0], 99)

        def call(self, x):
            raise AssertionError("not traced")

    assert Declared()(KerasTensor((None, 3))).shape == (None, 99)


def test_errors_while_inferring_speak_of_open_sizes(parts):
    layer = parts.Linear(2)
    layer(KerasTensor((None, 3)))
    with pytest.raises(Exception, match="None") as caught:
        layer(KerasTensor((None, 4)))
    assert "89" not in str(caught.value)
    assert 'In layer "linear" (Linear), called on (None, 4).' in "".join(
        getattr(caught.value, "__notes__", [str(caught.value)])
    )


def test_a_call_that_returns_no_value_is_named():
    class Nothing(Layer):
        def call(self, x):
            return None

    with pytest.raises(TypeError, match="must return values"):
        Nothing()(KerasTensor((None, 3)))


def test_arguments_that_do_not_fit_show_the_call():
    with pytest.raises(TypeError, match=r'"echo\w*" \(Echo\) is called as call\(inputs, other='):
        Echo()(X, unknown=1)


def test_a_symbolic_tensor_has_no_number():
    x = KerasTensor((None, 3))
    for ask in (bool, float, int, np.asarray):
        with pytest.raises(TypeError, match="exists only when the model runs"):
            ask(x)


# What is expected of inputs


@pytest.mark.parametrize(
    ("spec", "shape", "said"),
    [
        (InputSpec(ndim=4), (2, 28, 28), r"rank 4, but got shape \(None, 28, 28\).*\(28, 28, 1\)"),
        (InputSpec(ndim=2), (2, 8, 8), r"rank 2.*\(None, 8, 8\).*Flatten\(\)"),
        (InputSpec(min_ndim=2), (5,), r"rank 2 or more.*x\[:, None\]"),
        (InputSpec(max_ndim=2), (2, 3, 4), "rank 2 or less"),
        (InputSpec(axes={-1: 64}), (2, 32), "axis -1 has size 64.*made for 64 features"),
        (InputSpec(shape=(None, 3)), (2, 4), r"shape \(None, 3\), but got shape \(None, 4\)"),
        (InputSpec(dtype="int32"), (2,), "dtype int32, but got float32"),
    ],
)
def test_an_input_that_differs_is_told_how_to_mend(spec, shape, said):
    layer = Echo(name="e")
    layer.input_spec = spec
    with pytest.raises(ShapeError, match=f'(?s)"e" \\(Echo\\) expects.*{said}'):
        layer(np.ones(shape, "float32"))


def test_the_number_of_inputs_is_checked():
    layer = Echo()
    layer.input_spec = [InputSpec(), InputSpec()]
    with pytest.raises(ShapeError, match="expects 2 input\\(s\\), but got 1"):
        layer(X)


# Shapes that are asked for


def test_a_shape_may_be_found_by_extending_that_of_the_base():
    class Padded(Layer):
        def build(self, input_shape):
            self.scale = self.add_weight(shape=input_shape[-1:], initializer=np.ones, name="scale")

        def call(self, inputs):
            return inputs * self.scale

        def compute_output_shape(self, input_shape):
            return (*super().compute_output_shape(input_shape), 1)

    assert Padded().compute_output_shape((None, 4)) == (None, 4, 1)


def test_a_list_passed_to_a_layer_may_grow_afterwards():
    class Sum(Layer):
        def call(self, inputs):
            return sum(inputs[1:], inputs[0])

    x = cornu.Input((2,))
    values = [x]
    for _ in range(3):
        values.append(Sum()(values))
    model = cornu.Model(x, values[-1])
    np.testing.assert_array_equal(model.predict(np.ones((1, 2)), verbose=0), [[4.0, 4.0]])


def test_build_may_ask_for_the_shape_of_a_mask():
    class Masked(Layer):
        def build(self, inputs_shape, attention_mask_shape=None):
            self.shapes = inputs_shape, attention_mask_shape

        def call(self, inputs, attention_mask=None):
            return inputs * attention_mask

    layer = Masked()
    layer(np.ones((2, 3)), attention_mask=np.ones((2, 1)))
    assert layer.shapes == ((2, 3), (2, 1))


def test_a_layer_without_anything_to_build_is_built_unless_a_subclass_builds():
    class Plain(Layer):
        stateless = True

        def call(self, inputs):
            return inputs

    class Building(Plain):
        def build(self, input_shape):
            self.seen = input_shape

    assert Plain().built
    assert not Building().built


def test_an_input_made_of_a_tensor_takes_its_shape():
    tensor = cornu.Input(batch_shape=(2, 3), dtype="int32")
    assert cornu.Input(tensor=tensor).shape == (2, 3)
    for wrong in ({"shape": (4,)}, {"batch_size": 5}, {"dtype": "float32"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            cornu.Input(tensor=tensor, **wrong)
    with pytest.raises(ValueError, match=r"ndarray of shape \(1000,\)") as caught:
        cornu.Input(tensor=np.zeros(1000))
    assert len(str(caught.value)) < 250


def test_symbolic_tensors_are_equal_as_objects():
    a, b = KerasTensor((None, 3)), KerasTensor((None, 3))
    assert (a == b, a == a, a == None, a != None) == (False, True, False, True)  # noqa: E711
    assert b not in [a]
    assert [a, b].index(b) == 1
    listed = [a, b]
    listed.remove(b)
    assert listed == [a]
    for compared in (a != b, cornu.ops.equal(a, b), a < b):
        assert compared.dtype == "bool"
