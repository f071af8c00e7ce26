"""What a call of a program costs, keeps whole and hands out."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from cornu_backend_native.backend import NativeBackend
from cornu_backend_native.executable import COPIED, NativeExecutable
from cornu_engine.program import build_program
from cornu_engine.trace import Trace, apply
from cornu_engine.variable import Variable

SIZES = [1, COPIED // 4, COPIED]  # of float32: copied, and read where they lie


def doubled(size: int, variable: Variable | None = None) -> NativeExecutable:
    with Trace("double") as trace:
        x = trace.input("x", (size,), "float32")
        y = x * 2
        if variable is not None:
            variable.assign(variable.value + x)
        return NativeBackend().compile(build_program("double", trace, [y]))


@pytest.mark.parametrize("size", SIZES)
def test_inputs_of_every_kind_in_turn(size):
    run = doubled(size)
    x = np.arange(size, dtype="float32")
    unaligned = np.zeros(size * 4 + 1, "uint8")[1:].view("float32")
    unaligned[:] = x
    kinds = {
        "as it is": x,
        "strided": np.repeat(x, 2)[::2],
        "reversed": x[::-1].copy()[::-1],
        "wider": x.astype("float64"),
        "whole numbers": x.astype("int32"),
        "other byte order": x.astype(">f4"),
        "read-only": np.broadcast_to(x, (1, size))[0],
        "unaligned": unaligned,
        "list": x.tolist(),
    }
    buffer = run.input_buffers()[0]
    for name, value in [*kinds.items(), *reversed(kinds.items())]:
        np.testing.assert_array_equal(run(value)[0], x * 2, err_msg=name)
        buffer[...] = x + 1  # what is read after a value that was read where it lies
        np.testing.assert_array_equal(run(buffer)[0], x * 2 + 2, err_msg=f"after {name}")


@pytest.mark.parametrize("size", SIZES)
def test_results_are_the_callers_own(size):
    run = doubled(size)
    first, second = run(np.ones(size, "float32"))[0], run(np.zeros(size, "float32"))[0]
    assert (first == 2).all()
    assert (second == 0).all()
    assert not np.shares_memory(first, second)


@pytest.mark.parametrize("size", SIZES)
def test_a_variable_as_input_of_its_own_update(size):
    variable = Variable(np.full(size, 3, "float32"))
    (result,) = doubled(size, variable)(variable.array)
    assert (result == 6).all()
    assert (variable.array == 6).all()


def test_no_memory_for_the_results_leaves_state_untouched():
    variable = Variable(np.zeros(4, "float32"))
    with Trace("large") as trace:
        x = trace.input("x", (1,), "float32")
        variable.assign(variable.value + 1)
        y = apply("pad", x, low=(0,), high=(2**50,), interior=(0,), value=0.0)
        program = build_program("large", trace, [y])
    run = NativeBackend().compile(program)
    with pytest.raises(MemoryError):
        run([1])
    assert not variable.array.any()


def test_profile_names_every_row_and_leaves_state():
    variable = Variable(np.zeros(512, "float32"), name="total")
    run = doubled(512, variable)
    text = run.profile(np.ones(512))
    rows = text.splitlines()[2:]
    assert len(rows) == len(run._lowered.table.notes) > 0
    assert not variable.array.any()
    shares = [float(row.split()[2].rstrip("%")) for row in rows]
    assert sum(shares) == pytest.approx(100, abs=len(rows))
    (result,) = run(np.ones(512))
    assert (result == 2).all()
    assert variable.array.all()


def test_the_python_side_of_a_call_is_short():
    run, x = doubled(16), np.ones(16, "float32")
    run(x)
    calls = []

    def count(frame, event, argument):
        if event in ("call", "c_call"):
            calls.append(argument or frame.f_code.co_name)

    sys.setprofile(count)
    try:
        run(x)
    finally:
        sys.setprofile(None)
    assert len(calls) <= 16, calls
