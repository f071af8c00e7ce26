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
import cornu.export.revive  # completes the table of composites
from cornu.engine.composite import COMPOSITES
from cornu.engine.primitives import PRIMITIVES
from cornu.errors import BadFileError, DataError, ShapeError
from tests.attack import programs
from tests.attack.watch import watched

ROOT = Path(__file__).parents[1]


# ---- one place for each operation


def test_every_operation_says_what_it_takes() -> None:
    leaves = {"input", "variable", "parameter", "constant"}  # they have forms of their own
    unsaid = {n for n, row in PRIMITIVES.items() if not row.signature.is_complete}
    assert unsaid == leaves
    unsaid = {n for n, each in COMPOSITES.items() if not each.signature.is_complete}
    assert {n for n in unsaid if COMPOSITES[n].function.__module__.startswith("cornu.")} == {
        "with_custom_gradient"  # it holds a function
    }


def test_every_operation_of_a_file_has_a_row_here() -> None:
    assert set(programs.case_rows()) == programs.portable()


def test_the_composites_of_core_are_found_by_name_in_a_new_process() -> None:
    used = "import cornu.export.revive; from cornu.engine.composite import COMPOSITES; "
    found = subprocess.run(
        [sys.executable, "-c", used + "print(*sorted(COMPOSITES))"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    texts = [p.read_text() for p in (ROOT / "packages/core/src/cornu/ops").rglob("*.py")]
    written = {name for text in texts for name in re.findall(r"^@composite\ndef (\w+)", text, re.M)}
    assert set(found.stdout.split()) == written


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


def served(path: Any) -> Any:
    """Load a file, and serve each of its programs once."""
    loaded = cornu.saved_model.load(path)
    for each in getattr(loaded, "endpoints", {"serve": loaded}).values():
        each.serve(*(np.zeros([n or 2 for n in s.shape], s.dtype) for s in each.inputs))
    return loaded


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


def warm_up(folder: Path) -> None:
    """Serve once: the first time looks for plugins."""
    config = programs.program_of("neg", [((2,), "float32")], {})
    (folder / "m").write_bytes(programs.file_of(config))
    served(folder / "m")


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
