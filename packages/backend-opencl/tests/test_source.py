"""What is written for a program: how much becomes one function, and how it reads."""

from __future__ import annotations

import re

import numpy as np
import pytest

from cornu_engine.gradients import gradients
from cornu_engine.graph import scope
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.trace import Trace
from cornu_engine.variable import Arena, Variable
from cornu_ops.convolution import convolution

ONE_FUNCTION = pytest.mark.usual_thresholds("what becomes one function")


def functions(source):
    """Return the names of the functions that a program's source has for its units."""
    return re.findall(r"void (u\d+\w*)\(ARGS\)", source)


def written(backend, make, *shapes):
    with Trace("test") as trace:
        outputs = make(*(trace.input(f"x{i}", s, "float32") for i, s in enumerate(shapes)))
    return backend.compile(build_program("test", trace, outputs)).source


@ONE_FUNCTION
def test_bias_and_activation_are_the_epilogue_of_a_product(backend):
    def dense(x, kernel, bias):
        with scope("dense"):
            return [p.maximum(p.matmul(x, kernel) + bias, 0.0)]

    source = written(backend, dense, (8, 32), (32, 64), (64,))
    assert len(functions(source)) == 1
    assert "// dense: maximum (8, 64)" in source
    assert "/* dense: matmul, add, maximum" in source


@ONE_FUNCTION
def test_bias_and_activation_are_the_epilogue_of_a_convolution(backend):
    attrs = {"strides": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1), "groups": 1}

    def layer(x, kernel, bias):
        return [p.maximum(convolution(x, kernel, **attrs) + bias, 0.0)]

    assert len(functions(written(backend, layer, (2, 8, 8, 3), (3, 3, 3, 32), (32,)))) == 1


@ONE_FUNCTION
def test_elementwise_work_and_its_reductions_are_one_function(backend):
    def loss(x, y):
        d = p.tanh(x) - y
        return [p.sum(d * d, axes=(1,), keepdims=False), p.max(p.abs(d), axes=(1,), keepdims=False)]

    assert len(functions(written(backend, loss, (40, 50), (40, 50)))) == 1


@ONE_FUNCTION
def test_an_optimizer_over_an_arena_is_one_function(backend):
    kernel, bias = Variable(np.ones((4, 3), "float32")), Variable(np.ones(3, "float32"))
    arena = Arena([kernel, bias])
    first, second = (Variable(np.zeros(15, "float32"), name=n) for n in ("m", "v"))
    with Trace("train") as trace:
        x = trace.input("x", (8, 4), "float32")
        y = p.matmul(x, kernel.value) + bias.value
        found = gradients([p.sum(y * y, axes=(0, 1), keepdims=False)], [kernel.value, bias.value])
        with scope("adam"):
            g = p.concat(*(p.reshape(v, shape=(v.size,)) for v in found), axis=0)
            m = first.assign(first.value * 0.9 + g * 0.1)
            v = second.assign(second.value * 0.999 + g * g * 0.001)
            arena.assign(arena.value - 0.001 * m / (p.sqrt(v) + 1e-7))
    source = backend.compile(build_program("train", trace, [])).source
    assert sum(name.partition("_")[2].startswith("adam") for name in functions(source)) == 1
    assert "T[" in source
    assert "M temporaries, X inputs, K constants, H state" in source
    assert re.search(r"T\[\d\] weights \(15,\) float32", source)


def test_a_value_read_across_is_not_overwritten_by_its_neighbours(agree, backend):
    """x dies in the sum, which could take its place, while its mirror image is read."""

    def mirrored(x):
        x = p.exp(x)  # a value of its own, which may be overwritten
        return p.flip(x, axes=(0,)) * 2.0 + x

    agree(mirrored, np.linspace(-1, 1, 60_000, dtype="float32").reshape(600, 100), backend=backend)


def test_the_operand_of_a_product_outlives_its_epilogue(agree, backend):
    def residual(x, kernel):
        x = p.exp(x)
        return p.matmul(x, kernel) + x

    draw = np.random.default_rng(0).normal
    x, kernel = draw(size=(50, 40)), draw(size=(40, 40))
    agree(residual, x.astype("float32"), kernel.astype("float32"), backend=backend)
