"""Tracing: what a traced function reads and updates, and what a traced value refuses."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import ops
from cornu.errors import GraphError, TracedValueError
from cornu_engine.eager import EagerTrace
from cornu_engine.gradients import gradients
from cornu_engine.graph import Node, constant, scope, takes_mark
from cornu_engine.program import build_program
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.trace import Trace, apply, is_traced
from cornu_engine.variable import Arena, Variable


def test_equal_operations_are_one_node():
    with Trace() as trace:
        x = trace.input("x", (2,))
        assert ops.exp(x) is ops.exp(x)
        assert ops.exp(x) is not ops.exp(trace.input("x", (2,)))
    assert constant(0.0) is not constant(-0.0)
    assert constant(np.nan) is constant(np.nan)


def test_a_value_takes_marks_and_keeps_none(monkeypatch):
    monkeypatch.setattr(Node, "_mark", None, raising=False)
    monkeypatch.delattr(Node, "_mark")  # so that the mark goes again, with the test
    with Trace() as trace:
        x = trace.input("x", (2, 3))
        with pytest.raises(AttributeError):
            x._mark = "mine"
        takes_mark("_mark", lambda node: node.shape)
        x._mark = "mine"
        assert x._mark == (2, 3)
    for taken in ("_mark", "shape"):
        with pytest.raises(GraphError, match="already"):
            takes_mark(taken, lambda node: None)


@pytest.mark.parametrize("dtype", [np.uint8, "uint8", np.dtype("uint8")])
def test_a_dtype_has_one_spelling(dtype):
    with Trace("step") as trace:
        x = trace.input("x", (3,))
        node = apply("cast", x, dtype=dtype)
    assert isinstance(node.attrs["dtype"], np.dtype)
    assert node is apply("cast", x, dtype=np.dtype("uint8"))


def test_variables_read_as_arrays_outside_and_as_nodes_inside():
    v = Variable(np.ones(3, "float32"), name="v")
    assert isinstance(v + 1.0, np.ndarray)
    with Trace() as trace:
        assert is_traced(v)
        assert (v + 1.0).shape == (3,)
        v.assign(v * 2.0)
        v.assign(v + 1.0)  # reads the value of the line above
        program = build_program("assign", trace, [])
    assert v.numpy().tolist() == [1, 1, 1]
    ReferenceExecutable(program)()
    assert v.numpy().tolist() == [3, 3, 3]


def test_members_of_an_arena_are_updated_through_it():
    a, b = (
        Variable(np.zeros((2, 2), "float32"), name="a"),
        Variable(np.ones(3, "float32"), name="b"),
    )
    arena = Arena([a, b])
    with Trace() as trace:
        b.assign(b.value * 5.0)
        program = build_program("piece", trace, [a.value + 1.0])
    (out,) = ReferenceExecutable(program)()
    assert out.tolist() == [[1, 1], [1, 1]]
    assert arena.numpy().tolist() == [0, 0, 0, 0, 5, 5, 5]
    assert b.numpy().tolist() == [5, 5, 5]


@pytest.mark.parametrize(
    "ask", [bool, float, int, np.asarray, lambda x: range(3)[x], lambda x: x.numpy()]
)
def test_asking_for_a_number_names_the_way_out(ask):
    with Trace() as trace, scope("my_layer"):
        x = ops.sum(trace.input("x", (2,)))
        with pytest.raises(
            TracedValueError, match=r"my_layer.*ops\.where.*ops\.scan.*run_eagerly=True"
        ):
            ask(x)


def test_an_eager_trace_knows_its_numbers():
    v = Variable(np.float32(2.0), name="v")
    with EagerTrace() as trace:
        x = trace.input("x", (2,), "float32", value=np.float32([1, 3]))
        loss = ops.sum(x * x * v)
        assert float(loss) == 20
        assert float(gradients([loss], [v.value])[0]) == 10
        v.assign(v + 1.0)
        trace.commit()
    assert float(v) == 3


def test_a_leaf_of_another_trace_is_refused():
    with Trace() as other:
        x = other.input("x", (2,))
    with Trace() as trace, pytest.raises(GraphError, match="another trace"):
        build_program("mixed", trace, [x + 1.0])


def test_assigning_another_shape_names_both():
    v = Variable(np.zeros(3, "float32"), name="v")
    with pytest.raises(ValueError, match=r"\(2,\).*'v'.*\(3,\)"):
        v.assign(np.zeros(2))
    with Trace(), pytest.raises(ValueError, match=r"\(2,\).*'v'.*\(3,\)"):
        v.assign(np.zeros(2))


def test_python_scalars_take_the_dtype_they_meet():
    with Trace() as trace:
        for dtype in ("float16", "float32", "float64"):
            x = trace.input("x", (2,), dtype)
            assert (1.0 / (x * 2 + 0.5)).dtype == np.dtype(dtype)
        assert (trace.input("i", (2,), "int64") * 0.5).dtype == np.float32


def test_what_arrays_can_and_traced_values_cannot():
    with Trace() as trace:
        x = trace.input("x", (2,))
        with pytest.raises(TypeError, match=r"in place.*ops\.where\(mask, value, x\)"):
            x[0] = 1.0
        with pytest.raises(AttributeError, match=r"'max'\. Write ops\.max\(x\)\."):
            x.max()
        with pytest.raises(AttributeError, match=r"no attribute 'nonsense'\.$"):
            x.nonsense()
    with pytest.raises(TypeError, match=r"v\.assign\(value\)"):
        Variable(np.ones(3, "float32"))[0] = 2.0


@pytest.mark.parametrize("name", ["string", "flaot32"])
def test_dtypes_that_no_program_holds(name):
    with pytest.raises(
        TypeError, match=rf"{name!r} is no dtype that a program can hold.*'float32'"
    ):
        ops.cast(np.ones(2), name)
