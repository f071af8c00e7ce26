"""The check on paper finds what a wrong rule for regions would do."""

from __future__ import annotations

import pytest

from cornu.errors import GraphError
from cornu_backend_numpy.backend import NumpyBackend
from cornu_backend_numpy.rows import regions
from cornu_backend_numpy.rows.check import check_regions
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.thresholds import extreme
from cornu_engine.trace import Trace


def total(x):
    return p.sum(x, axes=(0,), keepdims=False)


def program(function):
    with Trace("wrong") as trace:
        outputs = function(*(trace.input(n, (24, 24), "float32") for n in "xy"))
        return build_program("wrong", trace, outputs)


def turned(x):
    return p.transpose(x, perm=(1, 0))


def flipped(x):
    return p.flip(x, axes=(0,))


# what the members of one region would do if every instruction were let in
WRONG = {
    "another axis": (lambda x, y: [x @ y, total(y)], "cut along another axis"),
    "the whole, made here": (lambda x, y: [x @ p.tanh(y)], "for one block, and read beyond it"),
    "rows of other blocks": (lambda x, y: [p.tanh(x) * flipped(p.exp(y))], "beyond"),
    "columns": (lambda x, y: [p.tanh(x) * turned(p.exp(y))], "beyond"),
    "written in place": (
        lambda x, y: [turned(p.exp(x)) + 1.0, p.tanh(y) * 2.0],
        "beyond|meets|not yet",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_members_that_should_not_run_together(case, monkeypatch):
    function, message = WRONG[case]
    right = program(function)
    with extreme("tiny+threads2+checked"):
        NumpyBackend().compile(right)
        monkeypatch.setattr(regions.Regions, "_fits", lambda *args: True)
        with pytest.raises(GraphError, match=message):
            NumpyBackend().compile(program(function))


def planned(function):
    with extreme("tiny+threads2"):
        run = NumpyBackend().compile(program(function))
        found = regions.Regions(2)
        plan = run.program.plan(NumpyBackend.lowers, found.group)
    check_regions(plan, found.found)
    return plan, found.found


def chain(x, y):
    """Return values of which some live for one block, and one beside them."""
    kept = p.cumsum(x, axis=0, reverse=False)
    return [p.exp(p.tanh(p.sin(y) * 2.0) + y), kept]


def test_blocks_that_lie_over_what_is_kept():
    plan, found = planned(chain)
    local = next(place for place in plan.places.values() if place.local)
    kept = next(n for n in plan.places if n.op == "cumsum")
    local.offset = plan.places[kept].offset
    with pytest.raises(GraphError, match="overwritten by a block"):
        check_regions(plan, found)


def test_a_value_of_a_block_that_another_takes_the_place_of():
    plan, found = planned(lambda x, y: [(p.sin(y) + p.cos(y)) * p.sin(y)])
    places = [place for node, place in plan.places.items() if node.op in ("sin", "cos")]
    places[0].offset = places[1].offset
    with pytest.raises(GraphError, match="is overwritten by cos before"):
        check_regions(plan, found)


def test_rows_that_no_block_has():
    plan, found = planned(chain)
    found[1].length += 24
    with pytest.raises(GraphError, match="cannot be cut into 48 rows"):
        check_regions(plan, found)


def test_views_are_not_computed():
    """Checking a plan over gigabytes costs nothing."""
    with Trace("large") as trace:
        x = trace.input("x", (1 << 20, 1 << 10), "float32")
        y = p.exp(p.reshape(p.tanh(x), shape=(1 << 10, 1 << 20)))
        large = build_program("large", trace, [p.sum(y, axes=(0, 1), keepdims=False)])
    found = regions.Regions(2)
    plan = large.plan(NumpyBackend.lowers, found.group)
    assert found.found
    check_regions(plan, found.found)
