"""What a call does around `call`: casting, building, training, masks, errors."""

from __future__ import annotations

import gc
import warnings
import weakref

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.base import Layer
from cornu.base.layer import InputSpec, KerasTensor, get_mask, set_mask
from cornu.base.layer.context import set_learning_phase
from cornu.engine.gradients import gradients
from cornu.engine.trace import Trace
from cornu.errors import ShapeError

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


# Masks


def test_masks_travel_beside_values(parts):
    x = np.array([[1.0, 0.0, 3.0]], "float32")
    gate, total = parts.Gate(), parts.MaskedSum()
    assert total.supports_masking is False
    assert float(total(gate(x) + 0.0)[0]) == 4.0
    assert total.saw_mask is False  # a new value carries no mask
    assert float(total(gate(x))[0]) == 4.0
    assert total.saw_mask is True


def test_layers_that_support_masks_pass_them_on(parts):
    class Shift(Layer):
        def __init__(self):
            super().__init__()
            self.supports_masking = True

        def call(self, x):
            return x + 1.0

    total = parts.MaskedSum()
    x = np.array([[1.0, 0.0, 3.0]], "float32")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert float(total(Shift()(parts.Gate()(x)))[0]) == 6.0


def test_other_layers_end_a_mask_with_a_warning(parts):
    with pytest.warns(UserWarning, match="does not support masks"):
        parts.Linear(1)(parts.Gate()(X))


def test_masks_flow_in_a_trace_and_through_symbolic_tensors(parts):
    x = KerasTensor((None, 3))
    gate, total = parts.Gate(), parts.MaskedSum()
    y = gate(x)
    assert get_mask(y).dtype == "bool"
    assert gate.output_mask.shape == (None, 3)
    total(y)
    assert total.saw_mask is True
    with Trace("t") as trace:
        total(gate(trace.input("x", (2, 3), "float32")))
        assert total.saw_mask is True


def test_a_mask_may_be_passed_by_hand(parts):
    total = parts.MaskedSum()
    mask = np.array([[True, False, True]])
    assert float(total(np.ones((1, 3)), mask=mask)[0]) == 2.0


def test_several_values_have_masks_of_their_own(parts):
    class Pair(Layer):
        def call(self, query, value, query_mask=None, value_mask=None):
            self.__dict__["got"] = (query_mask is not None, value_mask is not None)
            return query + value

    pair = Pair()
    pair(X, parts.Gate()(X))
    assert pair.got == (False, True)


def test_a_users_array_comes_back_without_a_mask():
    class Same(Layer):
        def compute_mask(self, inputs, mask=None):
            return ops.not_equal(inputs, 0)

        def call(self, x):
            return x

    x = np.ones((1, 2), "float32")
    assert get_mask(Same()(x)) is not None
    assert get_mask(x) is None


def test_a_mask_dies_with_its_array():
    x, mask = np.ones(2), np.ones(2, bool)
    alive = weakref.ref(mask)
    set_mask(x, mask)
    del mask
    assert alive() is not None
    del x
    assert alive() is None


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


# Names and references


def test_names_are_numbered_and_checked(parts):
    names = [parts.Linear(1).name for _ in range(3)]
    assert names == ["linear", "linear_1", "linear_2"]
    with pytest.raises(ValueError, match="without '/'"):
        parts.Linear(1, name="a/b")
    with pytest.raises(ValueError, match="Did you mean 'units'"):
        parts.Linear(1, unitz=3)


def test_a_layer_is_freed_without_the_collector(parts):
    def used():
        layer = parts.Linear(2)
        layer(X)
        layer(cornu.Input((5,)))
        return layer

    gc.collect()
    gc.disable()
    try:
        layer = used()
        alive = [weakref.ref(layer), weakref.ref(layer.kernel)]
        del layer
        assert all(r() is None for r in alive)
    finally:
        gc.enable()


def test_a_layer_keeps_its_calls_though_nobody_keeps_the_tensors(parts):
    layer = parts.Linear(2)
    layer(cornu.Input((5,)))
    assert (layer.input_shape, layer.output_shape) == ((None, 5), (None, 2))
    assert layer.output is not None
    with pytest.raises(AttributeError, match="never been called"):
        _ = parts.Linear(2).output


def test_a_shared_layer_knows_each_call(parts):
    layer = parts.Linear(2)
    a, b = cornu.Input((5,)), cornu.Input((3, 5))
    x, y = layer(a), layer(b)
    assert layer.get_output_at(0) is x
    assert layer.get_output_at(1) is y
    assert layer.get_input_at(1) is b
    assert layer.get_input_shape_at(1) == (None, 3, 5)
    assert layer.get_output_shape_at(1) == (None, 3, 2)
    assert layer.output is x
    with pytest.raises(ValueError, match="called 2 time"):
        layer.get_output_at(2)


def test_errors_of_build_name_the_layer():
    class Fragile(Layer):
        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(int(input_shape[-1]), 2), name="kernel")

        def call(self, inputs):
            return ops.matmul(inputs, self.kernel)

    with pytest.raises(TypeError) as caught:
        Fragile(name="fragile")([cornu.Input((3,)), cornu.Input((4,))])
    told = "\n".join([str(caught.value), *getattr(caught.value, "__notes__", [])])
    assert '"fragile" (Fragile) was being built for [(None, 3), (None, 4)]' in told
    assert "These are 2 values; if the layer takes one, join them first" in told


def test_a_layer_that_returns_nothing():
    class Forgetful(Layer):
        def call(self, inputs):
            ops.exp(inputs)

    with pytest.raises(
        TypeError, match=r'^Layer "forgetful" \(Forgetful\) must .* returned None\.'
    ):
        Forgetful(name="forgetful")(cornu.Input((3,)))


# Dtypes of computation


class Scaled(Layer):
    def __init__(self, autocast_weight=True, **kwargs):
        super().__init__(**kwargs)
        self.autocast_weight = autocast_weight

    def build(self, input_shape):
        self.scale = self.add_weight(
            shape=input_shape[-1:], initializer="ones", autocast=self.autocast_weight, name="scale"
        )

    def call(self, inputs):
        return inputs * self.scale


@pytest.mark.parametrize(
    ("dtype", "autocast_weight", "expected"),
    [
        ("float32", True, "float32"),
        ("float16", True, "float16"),
        ("float64", True, "float64"),
        ("mixed_float16", True, "float16"),
        ("mixed_float16", False, "float32"),
    ],
)
def test_weights_are_taken_in_the_dtype_of_computation(dtype, autocast_weight, expected):
    layer = Scaled(autocast_weight, dtype=dtype)
    assert layer(np.ones((2, 3))).dtype == expected
    assert layer(cornu.Input((3,))).dtype == expected
    assert layer.scale.dtype == layer.variable_dtype


def test_a_layer_inside_computes_in_its_own_dtype():
    class Outer(Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inner = Scaled(dtype="float32")

        def call(self, inputs):
            return self.inner(inputs)

    assert Outer(dtype="mixed_float16")(np.ones((2, 3))).dtype == "float32"


def test_gradients_reach_weights_that_are_cast():
    layer = Scaled(dtype="mixed_float16")
    layer.build((None, 3))
    with Trace("train") as trace:
        out = layer(trace.input("x", (2, 3), "float32"))
        (slope,) = gradients([out.sum()], [layer.scale.value])
    assert slope.dtype == "float32"


# Shapes


def test_a_shape_may_be_found_by_extending_that_of_the_base():
    class Padded(Scaled):
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
