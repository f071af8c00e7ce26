"""The benchmark harness measures, merges and writes; no speed is tested here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import report, results, runner
from benchmarks.adapters import FRAMEWORKS
from benchmarks.workloads import WORKLOADS

ROOT = Path(__file__).parents[1]

FIGURES = {
    "first_epoch_s": 0.5,
    "predict_one_s": 2e-5,
    "predict_row_s": 1e-6,
    "grown_bytes": 2**20,
    "peak_bytes": 2**25,
    "plan_bytes": 2**19,
    "step_range_s": [0.001, 0.002],
    "run": "today",
}


def _results(**steps: float) -> dict:
    rows = {name.replace("_", "-"): FIGURES | {"step_s": step} for name, step in steps.items()}
    return {
        "date": "today",
        "command": "python -m benchmarks",
        "machine": {
            "processor": "abacus",
            "cores": 2,
            "system": "wood",
            "python": "3.12",
            "versions": {"numpy": "2.0"},
        },
        "imports": {
            "numpy": {"import_s": 0.1, "layer_s": 0.1},
            "cornu": {"import_s": 0.15, "layer_s": 0.2},
        },
        "workloads": {"mlp": rows},
    }


def test_one_measurement_in_a_process_of_its_own() -> None:
    row = runner.run_once(FRAMEWORKS["cornu"], "tab", quick=True)
    assert (row["framework"], row["workload"]) == ("cornu", "tab")
    assert row["parameters"] == 20 * 64 + 64 + 64 * 64 + 64 + 64 + 1
    assert 0 < row["predict_one_s"] < 1
    assert 0 < row["step_s"] <= row["step_median_s"]
    assert row["plan_bytes"] > 0


def test_the_command_prints_json_and_a_page() -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--workloads", "tab"]
    ran = subprocess.run(
        [*command, "--frameworks", "cornu"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    first, _, page = ran.stdout.partition("\n")
    assert json.loads(first)["workload"] == "tab"
    assert page.startswith("# Benchmarks")


def test_an_unknown_name_is_refused() -> None:
    from benchmarks.__main__ import arguments

    with pytest.raises(SystemExit):
        arguments(["--workloads", "tabb"])


def test_the_page_shows_ratios_to_every_peer() -> None:
    page = report.page(_results(cornu=0.002, keras_jax=0.003, torch=0.001))
    assert "| `mlp`, batch 128 | 2.00 | 3.00 (1.50×) | 1.00 (0.50×) |" in page
    assert f"| Keras on jax | {WORKLOADS['mlp'].aim}× | 1.50× | reached |" in page
    assert "| `cornu` | 150 (1.50×) | 200 (2.00×) |" in page


def test_the_spread_is_shown_where_there_were_rounds() -> None:
    found = _results(cornu=0.002)
    assert "| `mlp` | 1.00 – 2.00 |" in report.page(found)
    found["workloads"]["mlp"]["cornu"]["step_range_s"] = [0.002, 0.002]
    assert "## Spread" not in report.page(found)


def test_figures_of_another_run_are_kept_and_marked() -> None:
    kept = results.merge(_results(cornu=0.002, keras_jax=0.003), _results(torch=0.001))
    kept["workloads"]["mlp"]["keras-jax"]["run"] = "yesterday"
    page = report.page(kept)
    assert "3.00 (1.50×)†" in page
    assert "1.00 (0.50×) |" in page


def test_rounds_are_combined_by_their_median() -> None:
    rows = [{"step_s": step, "plan_bytes": None, "round": i} for i, step in enumerate((3, 1, 2))]
    combined = runner.combine(rows)
    assert combined == {"step_s": 2, "plan_bytes": None, "rounds": 3, "step_range_s": [1, 3]}


@pytest.mark.parametrize("name", WORKLOADS)
def test_data_is_the_same_each_time(name: str) -> None:
    (x, y), (again, _) = WORKLOADS[name].data(quick=True), WORKLOADS[name].data(quick=True)
    assert (x == again).all()
    assert len(x) == len(y) == 2 * WORKLOADS[name].batch


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_network_is_the_one_that_the_kept_figures_are_of(name: str) -> None:
    kept = results.load()["workloads"][name]["cornu"]
    assert FRAMEWORKS["cornu"].adapter()(WORKLOADS[name]).parameters() == kept["parameters"]
