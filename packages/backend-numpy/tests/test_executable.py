"""A compiled program from outside: inputs, results, source, threads."""

from __future__ import annotations

import gc
import linecache
import traceback

import numpy as np
import pytest

from cornu.errors import ShapeError
from cornu_backend_numpy.backend import NumpyBackend
from cornu_engine.graph import scope
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.trace import Trace
from cornu_engine.variable import Variable


def compiled(name="double"):
    with Trace(name) as trace:
        x = trace.input("x", (2, 3), "float32")
        with scope("model/scale"):
            y = x * 2.0
        program = build_program(name, trace, [y])
    return NumpyBackend().compile(program)


def test_results_are_the_callers_own():
    run = compiled()
    first = run(np.ones((2, 3), "float32"))[0]
    run(np.zeros((2, 3), "float32"))
    np.testing.assert_array_equal(first, 2)


def test_inputs_are_converted_and_left_alone():
    run, x = compiled(), np.arange(6).reshape(2, 3)
    np.testing.assert_array_equal(run(x)[0], 2 * x)
    np.testing.assert_array_equal(run([[1, 2, 3], [4, 5, 6]])[0], [[2, 4, 6], [8, 10, 12]])
    np.testing.assert_array_equal(x, np.arange(6).reshape(2, 3))


def test_filled_buffers_need_not_be_copied():
    run = compiled()
    (buffer,) = run.input_buffers()
    buffer[...] = 3
    np.testing.assert_array_equal(run(buffer)[0], 6)
    assert run.input_buffers()[0] is buffer


def test_a_wrong_shape_is_an_error():
    with pytest.raises(ShapeError, match=r"compiled for an input of shape \(2, 3\), got \(3,\)"):
        compiled()(np.ones(3, "float32"))


def test_a_wrong_number_of_inputs_is_an_error():
    with pytest.raises(TypeError, match="double takes 1 inputs, got 2"):
        compiled()(np.ones((2, 3)), np.ones((2, 3)))


def test_source_names_layers_and_shapes():
    source = compiled("predict").source
    assert source.startswith("# predict: 1 instructions")
    line = next(line for line in source.splitlines() if "np.multiply(" in line)
    assert "# model/scale: mul (2, 3)" in line
    assert "out=scale_mul)" in line


def test_tracebacks_show_the_source():
    with Trace("look up") as trace:
        table = trace.input("table", (4, 2), "float32")
        index = trace.input("index", (3,), "int32")
        program = build_program("look up", trace, [p.gather(table, index, axis=0)])
    run = NumpyBackend().compile(program)
    with pytest.raises(IndexError) as error:
        run(np.zeros((4, 2)), np.array([0, 9, 1]))
    shown = "".join(traceback.format_exception(error.type, error.value, error.tb))
    assert "gather(table, index, 0, gather_2)" in shown


def test_source_is_forgotten_with_the_executable():
    before = {name for name in linecache.cache if name.startswith("<cornu")}
    run = compiled("soon gone")
    (made,) = {name for name in linecache.cache if name.startswith("<cornu")} - before
    del run
    gc.collect()
    assert made not in linecache.cache


def test_state_is_updated_in_place():
    total = Variable(np.zeros(3, "float32"), name="total")
    with Trace("add") as trace:
        x = trace.input("x", (3,), "float32")
        total.assign(total.value + x)
        program = build_program("add", trace, [])
    run, array = NumpyBackend().compile(program), total.array
    for _ in range(3):
        assert run(np.ones(3)) == []
    np.testing.assert_array_equal(array, 3)
    assert total.array is array
