"""Masks travel beside the values they belong to."""

from __future__ import annotations

import warnings
import weakref

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.base import Layer
from cornu.base.layer import KerasTensor, get_mask, set_mask
from cornu_engine.trace import Trace

X = np.ones((2, 5), "float32")


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


class Same(Layer):
    """Hands on its very input, as a Reshape to the same shape does."""

    def call(self, x):
        return x


@pytest.mark.parametrize("how", ["arrays", "predict"])
def test_a_mask_ends_at_a_layer_that_hands_on_its_input(parts, how):
    x = np.float32([[[1.0], [0.0], [3.0]]])
    model = cornu.Sequential([cornu.Input((3, 1)), parts.Gate(), Same(), last := parts.MaskedSum()])
    with pytest.warns(UserWarning, match="so the mask ends"):
        (model if how == "arrays" else model.predict_on_batch)(x)
    assert not last.saw_mask
    gated = parts.Gate()(x)
    with pytest.warns(UserWarning, match="so the mask ends"):
        same = Same()(gated)
    assert get_mask(same) is None
    assert get_mask(gated) is not None
