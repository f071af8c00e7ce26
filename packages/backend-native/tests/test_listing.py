"""The text of a program: C of its groups, then the calls in the order in which they run."""

import re

import numpy as np

from cornu_backend_native import fused
from cornu_backend_native.backend import NativeBackend
from cornu_backend_native.lower.listing import listing
from cornu_backend_native.lower.rows import Chain, Loop, Row
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.trace import Trace
from cornu_lowering.views import Address


def test_the_groups_are_shown_as_the_c_that_runs() -> None:
    with Trace("step") as trace:
        x = trace.input("x", (30, 7), "float32")
        y = p.tanh(x * 2.0) + x
        program = build_program("step", trace, [y, p.sum(y * y, axes=(0,), keepdims=False)])
    text = NativeBackend().compile(program).source
    functions, _, step = text.partition("void step(void) {")
    called = set(re.findall(r"g_[0-9a-f]{16}", step))
    assert called
    for name in called:
        (tape,) = re.findall(rf"/\* (.*) \*/\nEXPORT void {name}\(", functions)
        assert fused.function(tape) in functions


def test_rows_have_the_numbers_of_the_profile() -> None:
    with Trace("step") as trace:
        x = trace.input("x", (30, 30), "float32")
        y = p.matmul(x, p.tanh(x)) + 1.0
        program = build_program("step", trace, [y, p.sum(y * y, axes=(0,), keepdims=False)])
    run = NativeBackend().compile(program)
    shown = re.findall(r"/\* (\d+)\b", run.source.partition("void step(void) {")[2])
    measured = re.findall(r"^ *(\d+)", run.profile(np.ones((30, 30), np.float32)), re.MULTILINE)
    assert shown == measured == [str(i) for i in range(len(shown))]


def test_a_name_cannot_end_the_comment_that_it_stands_in() -> None:
    note = "*/ evil(); /* \n evil();"
    row = Row("k_copy", (Address("M"),), note=note)
    text = listing(note, [row, Chain([row]), Loop(3, True, [("L1", Address("M", 8), 4)], [row])])
    code = re.sub(r"/\*.*?\*/", "", text)
    assert "evil" in text
    assert "evil" not in code
    assert "L1 = M + 8;" in code
    assert "for (int t = 0; t < 3; t++, L1 += 4) {" in code
