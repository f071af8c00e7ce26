"""An exported file is data: whatever stands in it, it is served as said or refused by a rule."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu
from cornu.errors import BadFileError, DataError, ShapeError
from cornu_engine.primitives import PRIMITIVES
from tests.attack import arrays as hostile
from tests.attack import programs
from tests.attack.programs import served, warm_up
from tests.attack.watch import watched

ROOT = Path(__file__).parents[1]


# ---- one place for each operation


def test_every_operation_says_what_it_takes() -> None:
    leaves = {"input", "variable", "parameter", "constant"}  # they have forms of their own
    unsaid = {n for n, row in PRIMITIVES.items() if not row.signature.is_complete}
    assert unsaid == leaves


def test_every_composite_of_ours_can_be_in_a_file() -> None:
    listing = (  # in a process of its own: examples and tests write composites too
        "import cornu_export.revive; from cornu_engine.composite import COMPOSITES; "
        "print(*(n for n, each in COMPOSITES.items() if each.is_portable), '|', "
        "*(n for n, each in COMPOSITES.items() if not each.is_portable))"
    )
    portable, held_back = _printed(listing).split("|")
    assert len(portable.split()) > 20
    assert set(held_back.split()) <= {"with_custom_gradient"}  # it holds a function


def test_every_operation_of_a_file_has_a_row_here() -> None:
    assert set(programs.case_rows()) == programs.portable()


def test_the_composites_of_core_are_found_by_name_in_a_new_process() -> None:
    used = "import cornu_export.revive; from cornu_engine.composite import COMPOSITES; "
    known = set(_printed(used + "print(*sorted(COMPOSITES))").split())
    texts = [p.read_text() for p in (ROOT / "packages/ops/src/cornu_ops").rglob("*.py")]
    portable = re.compile(r"^@composite\(.*portable=True\)\ndef (\w+)", re.M)
    written = {name for text in texts for name in portable.findall(text)}
    assert known - {"with_custom_gradient"} == written


def _printed(program: str) -> str:
    """Return what a program prints that runs in a new process."""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    return run.stdout


@pytest.mark.parametrize("op", sorted(PRIMITIVES))
def test_an_operation_keeps_its_promise_for_each_dtype_it_takes(op: str) -> None:
    row = PRIMITIVES[op]
    if row.kind != "elementwise":
        return
    count = len(row.signature.operands)
    for dtype in ("bool", "int8", "int32", "uint64", "float16", "float32", "float64"):
        operands = [np.ones((2,), dtype)] * count
        if op == "where":
            operands[0] = np.ones((2,), bool)
        attrs = {"dtype": np.dtype("int32")} if op == "cast" else {}
        with np.errstate(all="ignore"):
            if np.dtype(dtype).kind in row.dtypes:
                row.check(operands, attrs)
                assert row.evaluate(*operands, **attrs).dtype == row.infer(*operands, **attrs)[1]
            else:
                with pytest.raises(ValueError, match="cannot be"):
                    row.check(operands, attrs)


# ---- hostile rows, all in one child process


def outcome(data: bytes, path: Path) -> str:
    """Return what came of a file: how it was refused, or what went wrong."""
    path.write_bytes(data)
    start = time.perf_counter()
    with watched(path) as seen:
        try:
            served(path)
            found = "served"
        except BadFileError as error:
            found = f"refused by {error.rule}"
        except (DataError, ShapeError) as error:  # zeros do not fit the inputs that it asks for
            found = f"refused as {type(error).__name__}"
        except BaseException as error:
            found = f"raised {error!r}"[:300]
    if seen:
        found = f"did {seen[:3]}"
    return found if time.perf_counter() - start < 20 else f"{found}, but took too long"


def child(what: str, folder: Path, memory: int = 3 << 30) -> dict[str, str]:
    """Return the outcomes of `what` in a process of limited memory and time."""
    script = (
        f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))\n"
        "import json, pathlib, sys\n"
        "from tests import test_export_hostile as here\n"
        f"found = here.{what}(pathlib.Path(sys.argv[1]))\n"
        "print(json.dumps(found))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=300,
        env={**os.environ, "CORNU_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def hostile_rows(folder: Path) -> dict[str, str]:
    """Outcomes of each operation, honest and with each attribute made wrong in each way."""
    found = {}
    warm_up(folder)
    for op, (operands, attrs) in programs.case_rows().items():
        data = programs.file_of(programs.program_of(op, operands, attrs))
        found[f"{op}: honest"] = outcome(data, folder / "m")
        for label, config in programs.hostile_attributes(op):
            found[f"{op}: {label}"] = outcome(programs.file_of(config), folder / "m")
    return found


def test_no_operation_takes_a_hostile_attribute(tmp_path: Path) -> None:
    found = child("hostile_rows", tmp_path)
    wrong = {
        label: said
        for label, said in found.items()
        if (said == "served") != label.endswith(": honest")
        or not said.startswith(("served", "refused by"))
    }
    assert not wrong
    assert len(found) > 3000


# ---- programs that take too much, and real files with something changed


X = {"op": "input", "input": 0}


def _program(nodes: list[Any], shape: list[Any]) -> dict[str, Any]:
    config = programs.program_of("neg", [((2,), "float32")], {})
    graph = {"nodes": [X, *nodes], "outputs": [len(nodes)], "updates": []}
    return {**config, "inputs": [["x", shape, "float32"]], "graph": graph}


def _pad(count: int) -> dict[str, Any]:
    sides = {"low": [0, 0], "high": [0, count], "interior": [0, 0], "value": {"float": "0x0p+0"}}
    return {"op": "pad", "of": [0], "with": sides}


def _loops(depth: int, length: int) -> list[dict[str, Any]]:
    parameter = {"op": "parameter", "shape": [3], "dtype": "float32"}
    inner = [{"op": "tanh", "of": [0]}] if depth == 1 else _loops(depth - 1, length)
    nodes = [parameter, *inner]
    body = {"nodes": nodes, "parameters": [0], "results": [len(inner)], "counts": [0, 1, 0]}
    attrs = {"length": length, "reverse": False, "body": {"body": body}}
    scan = {"op": "scan", "of": [0], "with": attrs}
    return [scan, {"op": "item", "of": [1], "with": {"index": 0}}]


def _pool(op: str, size: int, side: int) -> dict[str, Any]:
    attrs = {"size": [size] * 2, "strides": [1, 1], "padding": [[side, side]] * 2}
    return {"op": op, "of": [0], "with": attrs}


# nodes, shape of the input, and whether the program is small enough
AMOUNTS: dict[str, tuple[list[Any], list[Any], bool]] = {
    "a little padding": ([_pad(100)], [None, 3], True),
    "padding of gigabytes": ([_pad(1_400_000_000)], [None, 3], False),
    "padding of a gigabyte": ([_pad(140_000_000)], [None, 3], False),
    "numbers without end": (
        [{"op": "iota", "with": {"size": 10**12, "dtype": {"dtype": "float32"}}}], [None, 3], False
    ),
    "a loop": (_loops(1, 100), [3], True),
    "a loop without end": (_loops(1, 10**9), [3], False),
    "loops in loops": (_loops(4, 3), [3], True),
    "loops that multiply": (_loops(4, 100), [3], False),
    "loops too deep": (_loops(5, 1), [3], False),
    "a window of millions": ([_pool("max_pool", 2000, 4000)], [1, 4, 4, 1], False),
    "pads of millions": ([_pool("avg_pool", 2, 2**21)], [1, 4, 4, 1], False),
    "a product of all with all": (
        [
            {"op": "expand", "of": [0], "with": {"shape": [100_000, 3]}},
            {"op": "transpose", "of": [1], "with": {"perm": [1, 0]}},
            {"op": "matmul", "of": [1, 2]},
        ],
        [1, 3],
        False,
    ),
    "a long chain": ([{"op": "tanh", "of": [i]} for i in range(1_000)], [None, 3], True),
    "a chain too long": ([{"op": "tanh", "of": [i]} for i in range(40_000)], [None, 3], False),
}  # fmt: skip


def amounts(folder: Path) -> dict[str, str]:
    """Outcomes of programs that take much."""
    warm_up(folder)
    return {
        name: outcome(programs.file_of(_program(nodes, shape)), folder / "m")
        for name, (nodes, shape, _) in AMOUNTS.items()
    }


def test_a_program_that_takes_too_much_is_refused_before_it_gets_memory(tmp_path: Path) -> None:
    found = child("amounts", tmp_path)
    for name, (_, _, small) in AMOUNTS.items():
        deep = name == "loops too deep"
        said = "served" if small else "refused by program" if deep else "refused by size"
        assert found[name] == said, name


def test_a_user_may_allow_more(tmp_path: Path) -> None:
    data = programs.file_of(_program([_pad(1000)], [None, 3]))
    (tmp_path / "m").write_bytes(data)
    x = np.ones((1000, 3), "float32")
    few = cornu.saved_model.load(tmp_path / "m", max_memory=1_000_000)
    assert few.serve(x[:10])[0].shape == (10, 1003)
    with pytest.raises(BadFileError, match="pass max_memory="):
        few.serve(x)
    with pytest.raises(BadFileError, match="pass max_work="):
        cornu.saved_model.load(tmp_path / "m", max_work=10).serve(x)
    assert cornu.saved_model.load(tmp_path / "m").serve(x)[0].shape == (1000, 1003)
    with pytest.raises(ValueError, match="max_memory"):
        cornu.saved_model.load(tmp_path / "m", max_memory=-1)


ARRAYS = {
    **{name: (data, "refused by storage") for name, data in hostile.HOSTILE_ARRAYS.items()},
    **hostile.OTHER_ARRAYS,
}


def arrays(folder: Path) -> dict[str, str]:
    """Outcomes of files with arrays that may be hostile, stored and deflated."""
    warm_up(folder)
    return {
        f"{name}{how}": outcome(hostile.with_array(data, packed), folder / "m")
        for name, (data, _) in ARRAYS.items()
        for packed, how in ((False, ""), (True, ", deflated"))
    }


def test_an_array_is_read_as_its_header_says_or_refused(tmp_path: Path) -> None:
    found = child("arrays", tmp_path)
    wrong = {
        n: said for n, said in found.items() if said != ARRAYS[n.removesuffix(", deflated")][1]
    }
    assert not wrong
    assert len(found) == 2 * len(ARRAYS)


def members(folder: Path) -> dict[str, str]:
    """Outcomes of files with a member that no file has."""
    warm_up(folder)
    good = programs.npy(np.ones(3, "float32"))
    return {
        name: outcome(hostile.with_member(name, good), folder / "m")
        for name in hostile.HOSTILE_MEMBERS
    }


def test_a_member_that_no_file_has_is_refused(tmp_path: Path) -> None:
    found = child("members", tmp_path)
    served = {"constants/99.npy"}  # a number that no operation takes
    for name, said in found.items():
        wanted = "served" if name in served else ("refused by members", "refused by program")
        assert said in wanted, name


def test_a_changed_number_is_found(tmp_path: Path) -> None:
    data = hostile.with_array(programs.npy(np.full((2, 3), 1.5, "float32")))
    at = data.index(np.float32(1.5).tobytes() * 6)
    (tmp_path / "m").write_bytes(data[:at] + b"\1" + data[at + 1 :])
    with pytest.raises(BadFileError) as caught:
        cornu.saved_model.load(tmp_path / "m")
    assert caught.value.rule == "checksum"


def changed_files(folder: Path) -> dict[str, str]:
    """Outcomes of real files with some values changed; `CORNU_ATTACKS` says how many of each."""
    warm_up(folder)
    found = {}
    for path in sorted(folder.glob("*.cornu")):
        data = path.read_bytes()
        for seed in range(int(os.environ.get("CORNU_ATTACKS", "25"))):
            found[f"{path.stem} {seed}"] = outcome(programs.mutated(data, seed), folder / "m")
    return found


def test_a_changed_file_is_served_or_refused(tmp_path: Path) -> None:
    programs.export_all(tmp_path)
    found = child("changed_files", tmp_path)
    wrong = {k: v for k, v in found.items() if not v.startswith(("served", "refused")) or "," in v}
    assert not wrong
    assert len(found) >= 250
