"""Text that is not ours gets into source as a name, a comment or a number, and as nothing else."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornu.errors import GraphError
from cornu_engine.graph import make_node
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.program import build_program
from cornu_engine.scan import scan
from cornu_engine.sourcetext import check_numbers, comment, identifier, number, one_line, quoted
from cornu_engine.trace import Trace
from cornu_ops.testing.cases import primitive_cases

ENDS = ["\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
TEXTS = st.text(st.sampled_from([*"*/?\\\"'#(){}<> \t\0ax1_\x1b[", "\ud800", "∇", *ENDS]))


@given(TEXTS)
def test_a_comment_is_one_comment_of_python(text):
    source = f"x = 1  # {comment(text)}\ny = 2\n"
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    assert [t.string for t in tokens if t.type == tokenize.NAME] == ["x", "y"]
    assert [ast.unparse(s) for s in ast.parse(source).body] == ["x = 1", "y = 2"]
    compile(source, "test", "exec")


def c_code(source: str) -> str:
    """Return C without comments, by the phases of translation that C prescribes."""
    text = source.replace("??/", "\\").replace("\r", "\n")
    text = re.sub(r"\\[ \t\v\f]*\n", "", text)
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.DOTALL)


@given(TEXTS)
def test_a_comment_is_one_comment_of_c(text):
    source = f"/* {comment(text)} */\nint x;  // {comment(text)}\nint y;\n"
    assert c_code(source).split() == ["int", "x;", "int", "y;"]
    assert "/*" not in source[2:]  # compilers warn of it


@pytest.mark.parametrize("end", ENDS)
def test_no_line_ends_in_a_text(end):
    for written in (one_line, comment, quoted):
        assert len(f"a{end}b".splitlines()) == 2
        assert len(written(f"a{end}b").splitlines()) == 1


@given(TEXTS)
def test_an_identifier_has_a_closed_alphabet(text):
    assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,200}", identifier(text))
    assert identifier(text).isidentifier()


@given(st.text())
def test_a_line_shows_what_prints_and_no_more(text):
    shown = one_line(text)
    assert shown.isprintable()
    assert shown == text or not text.isprintable()
    shown.encode()


@given(TEXTS)
def test_a_string_of_dot_ends_where_it_should(text):
    written = quoted(text)
    assert re.fullmatch(r'[A-Za-z_]\w*|"(?:[^"\\]|\\.)*"', written, flags=re.ASCII)


NUMBERS = [
    True,
    0,
    -3,
    2**40,
    0.1,
    1e-300,
    float("inf"),
    -float("inf"),
    float("nan"),
    np.float32(0.1),
    np.int64(7),
    np.bool_(True),
    (),
    (1,),
    (1, (2.5, np.uint8(3))),
]


@pytest.mark.parametrize("value", NUMBERS, ids=repr)
def test_a_number_is_read_back(value):
    np.testing.assert_equal(eval(number(value), {"float": float}), value)


class _Loud(int):
    def __repr__(self) -> str:
        return "open('x', 'w')"

    __str__ = __repr__


HOSTILE = [
    "0) or open('x', 'w') or (0",
    b"0",
    np.str_("0) or open('x', 'w') or (0"),
    _Loud(0),
    ((0, "1"),),
    [0],
    {"axis": 0},
    slice("a", None),
    np.array(["a"]),
    np.array([None]),
    np.dtype("O"),
    np.dtype("S100"),
    np.dtype("M8[s]"),
    np.dtype([("0\nopen('x')", "f4")]),
    1j,
    int,
]


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_only_numbers_are_written_as_numbers(value):
    with pytest.raises(GraphError, match="no number"):
        number(value)


def _case(op):
    return next((c for c in primitive_cases() if c.op == op), None)


def _program_with(op, key, value):
    """A program whose last operation has a hostile attribute; the shape rule never saw it."""
    case = _case(op)
    with Trace("hostile") as trace:
        arrays = case.draw(dtype="float32")
        inputs = [trace.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
        program = build_program("hostile", trace, [case(*inputs)])
    (made,) = program.outputs
    attrs, shape, dtype = dict(made.attrs), made.shape, made.dtype
    if key == "shape of the value":
        shape = (*shape, value)
    elif key == "dtype of the value":
        dtype = value
    else:
        attrs[key] = value
    # what cannot be hashed has no node
    return replace(program, outputs=(make_node(made.op, made.inputs, attrs, shape, dtype),))


ATTRIBUTES = sorted(
    {(c.op, key) for c in primitive_cases() for key in (*c.attrs, "shape of the value")}
)


def test_the_table_knows_every_primitive_with_attributes():
    assert {op for op, _ in ATTRIBUTES} >= {
        n for n, row in PRIMITIVES.items() if row.is_portable
    } - {
        *("input", "variable", "parameter", "constant", "item", "scan", "iota"),
        *("stop_gradient", "again"),
    }


@pytest.mark.parametrize(("op", "key"), ATTRIBUTES)
@pytest.mark.parametrize("value", ["0) or open('x', 'w') or (0", ((0, "1\n"),)], ids=repr)
def test_no_text_stands_where_numbers_belong(op, key, value):
    program = _program_with(op, key, value)
    with pytest.raises(GraphError, match="numbers, dtypes of numbers"):
        check_numbers(program.outputs)
    with pytest.raises((GraphError, TypeError, ValueError)):  # what rewrites before may stumble too
        program.plan(())


@pytest.mark.parametrize("op", ["sort", "argsort", "cumsum", "argmax", "gather", "concat"])
def test_a_plan_refuses_an_axis_that_is_text(op):
    with pytest.raises(GraphError, match=f"'axis' of the operation '{op}'"):
        _program_with(op, "axis", "0) or open('x', 'w') or (0").plan(())


@pytest.mark.parametrize("name", ["O", "S100", "V8", "M8[s]", [("0\nopen('x')", "f4")]], ids=repr)
def test_no_plan_holds_other_dtypes(name):
    for program in (
        _program_with("cast", "dtype", np.dtype(name)),
        _program_with("neg", "dtype of the value", np.dtype(name)),
    ):
        with pytest.raises(GraphError, match="numbers, dtypes of numbers"):
            program.plan(())


def test_what_a_plan_refuses_is_said_in_one_line():
    with pytest.raises(GraphError) as caught:
        _program_with("sort", "axis", "\x1b[2J\n").plan(())
    assert str(caught.value) == (
        "'axis' of the operation 'sort' is '\\x1b[2J\\n'. A program holds numbers, dtypes of "
        "numbers, and tuples of these; a composite may hold words."
    )


def test_the_bodies_of_loops_are_checked():
    def step(state, xs):
        (h,) = state
        made = make_node("sort", (h,), {"axis": "0\nopen('x')"}, h.shape, h.dtype)
        return [made + xs[0]], []

    with Trace("loop") as trace:
        total = trace.input("total", (4,), "float32")
        outputs = scan(step, [total], [trace.input("xs", (3, 4), "float32")], 3)[0]
    with pytest.raises(GraphError, match="'axis' of the operation 'sort'"):
        build_program("loop", trace, outputs).plan(())


def test_the_alphabets_of_line_ends_are_all_there():
    """Python's own list of what ends a line."""
    every = map(chr, range(sys.maxunicode + 1))
    assert {c for c in every if len(f"a{c}b".splitlines()) == 2} == {*ENDS}
