"""Softmax, its logarithm and the cross-entropies against their definitions, on both schedules."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from cornu_engine.gradients import gradients
from cornu_engine.primitives.table import p
from cornu_ops.composites.crossentropy import (
    crossentropy,
    crossentropy_from_logits,
    sparse_crossentropy_from_logits,
)
from cornu_ops.composites.softmax import log_softmax, softmax

CASES = {
    "few classes": ((7, 10), (1,)),
    "many classes": ((5, 1000), (1,)),
    "one class": ((7, 1), (1,)),
    "one number": ((1, 1), (1,)),
    "first axis": ((9, 20), (0,)),
    "middle axis": ((3, 5, 17), (1,)),
    "two axes": ((2, 3, 4, 5), (1, 3)),
    "all of it": ((6, 7), (0, 1)),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("function", [softmax, log_softmax], ids=["softmax", "log_softmax"])
def test_softmax(agree, backend, function, name):
    shape, axes = CASES[name]
    x = np.random.default_rng(0).normal(scale=5.0, size=shape).astype("float32")
    agree(partial(function, axes=axes), x, backend=backend)


def test_of_a_view(agree, backend):
    x = np.random.default_rng(0).normal(size=(40, 6)).astype("float32")
    agree(lambda x: softmax(p.transpose(x, perm=(1, 0)), axes=(1,)), x, backend=backend)


def _with_gradient(target, logits, *, loss, **attrs):
    value = loss(target, logits, **attrs)
    return value, *gradients([p.sum(value, axes=(0,), keepdims=False)], [logits])


@pytest.mark.parametrize(
    ("loss", "attrs"),
    [
        (sparse_crossentropy_from_logits, {"axis": 1}),
        (crossentropy_from_logits, {"axis": 1}),
        (crossentropy, {"axis": 1, "epsilon": 1e-7}),
    ],
    ids=["sparse", "logits", "probabilities"],
)
def test_crossentropies(agree, backend, loss, attrs):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(12, 10)).astype("float32")
    if loss is crossentropy:
        logits = np.abs(logits) + np.float32(0.1)
    sparse = loss is sparse_crossentropy_from_logits
    labels = rng.integers(0, 10, 12, dtype="int32")
    target = labels if sparse else np.eye(10, dtype="float32")[labels]
    agree(partial(_with_gradient, loss=loss, **attrs), target, logits, backend=backend)
