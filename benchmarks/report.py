"""Turn results into ``docs/benchmarks.md``: one table per question, ratios to every peer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.adapters import FRAMEWORKS, KERAS_ENGINES
from benchmarks.workloads import WORKLOADS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
OURS = "cornu"


@dataclass(frozen=True)
class Table:
    """One question: a figure of the results, its unit and how it is written."""

    title: str
    figure: str
    scale: float
    unit: str
    text: str

    def value(self, row: dict | None) -> float | None:
        """Return the figure in this table's unit, or None where it was not taken."""
        raw = (row or {}).get(self.figure)
        return None if raw is None else raw * self.scale


TABLES = (
    Table(
        "Training step, steady state",
        "step_s",
        1e3,
        "ms",
        "One step through the public `fit`: the time of `fit(epochs=3)` by its steps, after a "
        "first epoch. PyTorch runs the usual loop by hand, without metrics.",
    ),
    Table(
        "First epoch",
        "first_epoch_s",
        1.0,
        "s",
        "The first `fit(epochs=1)` after `compile`, with all tracing and compiling.",
    ),
    Table(
        "Predicting one row",
        "predict_one_s",
        1e6,
        "µs",
        "`predict(x[:1])`, the median of many calls.",
    ),
    Table(
        "Predicting in batches",
        "predict_row_s",
        1e6,
        "µs per row",
        "`predict(x)` over the training samples, in batches of the training size.",
    ),
    Table(
        "Memory of training",
        "grown_bytes",
        1 / 2**20,
        "MiB",
        "How far the resident memory of the process grew from before the model was built "
        "(framework imported, data made) to its peak during training.",
    ),
    Table(
        "Memory of the process",
        "peak_bytes",
        1 / 2**20,
        "MiB",
        "Peak resident memory of the whole process while training.",
    ),
)


def number(value: float | None) -> str:
    """Write three significant digits without an exponent."""
    if value is None:
        return "–"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def ratio(ours: float | None, theirs: float | None) -> str:
    """Write how many times more the peer takes."""
    return "" if not ours or theirs is None else f" ({theirs / ours:.2f}×)"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def grid(header: list[str], rows: list[list[str]]) -> list[str]:
    """Return a Markdown table: first column left, the others right."""
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return [_line(header), _line(rule), *map(_line, rows)]


def _columns(workloads: dict) -> list[str]:
    return [name for name in FRAMEWORKS if any(name in rows for rows in workloads.values())]


def question(table: Table, workloads: dict) -> list[str]:
    """Return one section: every framework's figure, with its ratio to ours."""
    columns = _columns(workloads)
    rows = []
    for name, workload in WORKLOADS.items():
        measured = workloads.get(name)
        if not measured:
            continue
        ours = measured.get(OURS)
        cells = [f"`{name}`, batch {workload.batch}"]
        for column in columns:
            row = measured.get(column)
            value = table.value(row)
            apart = "†" if row and ours and row.get("run") != ours.get("run") else ""
            beside = "" if column == OURS else ratio(table.value(ours), value)
            cells.append(number(value) + beside + apart)
        rows.append(cells)
    header = [table.unit, *(FRAMEWORKS[name].title for name in columns)]
    return [f"## {table.title}", "", table.text, "", *grid(header, rows), ""]


def best_engine(measured: dict) -> tuple[str, float] | None:
    """Return the Keras engine with the fastest step, and its seconds."""
    steps = {name: measured[name]["step_s"] for name in KERAS_ENGINES if name in measured}
    return min(steps.items(), key=lambda item: item[1]) if steps else None


def aims(workloads: dict) -> list[str]:
    """Return the section that holds each workload's step against its aim."""
    rows = []
    for name, workload in WORKLOADS.items():
        measured = workloads.get(name, {})
        best = best_engine(measured)
        if OURS not in measured or best is None:
            continue
        reached = best[1] / measured[OURS]["step_s"]
        verdict = "reached" if reached >= workload.aim else "not yet"
        engine = FRAMEWORKS[best[0]].title
        rows.append([workload.title, engine, f"{workload.aim:.1f}×", f"{reached:.2f}×", verdict])
    if not rows:
        return []
    header = ["workload", "best Keras engine", "aim", "measured", ""]
    return [
        "## Aims",
        "",
        "Speed of a training step over the best Keras engine.",
        "",
        *grid(header, rows),
        "",
    ]


def imports(seconds: dict[str, dict[str, float]]) -> list[str]:
    """Return the section on import times, against that of NumPy alone."""
    if not seconds:
        return []
    base = seconds.get("numpy", {}).get("import_s")
    rows = []
    for name, times in seconds.items():
        cells = [f"`{name}`"]
        for figure in ("import_s", "layer_s"):
            beside = f" ({times[figure] / base:.2f}×)" if base else ""
            cells.append(number(times[figure] * 1e3) + beside)
        rows.append(cells)
    text = (
        "A fresh process, files in the page cache, the least of several; in parentheses, of the "
        "time of `import numpy`."
    )
    return ["## Import", "", text, "", *grid(["ms", "`import`", "and a first layer"], rows), ""]


def memory_plan(workloads: dict) -> list[str]:
    """Return the section on the bytes that Cornu's training programs plan for."""
    rows = [
        [f"`{name}`", number(workloads[name][OURS]["plan_bytes"] / 2**20)]
        for name in WORKLOADS
        if workloads.get(name, {}).get(OURS, {}).get("plan_bytes") is not None
    ]
    if not rows:
        return []
    text = 'Buffers of the compiled training step: `model.program("train").memory`.'
    return ["## Cornu's plan", "", text, "", *grid(["workload", "MiB"], rows), ""]


def spread(workloads: dict) -> list[str]:
    """Return the section that shows how far the rounds of each step time lie apart."""
    rows = []
    columns = _columns(workloads)
    for name in WORKLOADS:
        measured = workloads.get(name)
        if not measured:
            continue
        ranges = [(measured.get(column) or {}).get("step_range_s") for column in columns]
        if all(span is None or span[0] == span[1] for span in ranges):  # of one round
            continue
        cells = [
            "–" if span is None else f"{number(span[0] * 1e3)} – {number(span[1] * 1e3)}"
            for span in ranges
        ]
        rows.append([f"`{name}`", *cells])
    if not rows:
        return []
    text = "Least and largest training step over the rounds, in ms."
    header = ["ms", *(FRAMEWORKS[name].title for name in columns)]
    return ["## Spread", "", text, "", *grid(header, rows), ""]


def searches(found: dict | None) -> list[str]:
    """Return the section on `python -m benchmarks.search`."""
    if not found:
        return []
    rows = []
    for peer, row in found["peers"].items():
        beside = f" ({row['ratio']:.2f}×)" if peer != OURS and row["ratio"] else ""
        times = [number(row["fit_s"] * 1e3) + beside, number(row["fit_s"] * 1e3 / found["epochs"])]
        rows.append([row["title"], *times, f"{row['best']:.3f}"])
    text = (
        f"`GridSearchCV` over {found['settings']} settings × {found['folds']} folds of the "
        f"breast-cancer table, {found['epochs']} epochs each, one job: making the model, "
        "compiling, training and scoring. The same networks everywhere. "
        f"`python -m benchmarks.search`, {found['date']}."
    )
    header = ["ms", "one fit and its score", "per epoch", "best accuracy"]
    return ["## A grid search with scikit-learn", "", text, "", *grid(header, rows), ""]


def inference(found: dict | None) -> list[str]:
    """Return the section on `python -m benchmarks.inference`."""
    if not found:
        return []
    text = (
        "`predict` with random weights, in the batch of each workload's training and 32 images of "
        "224×224 of the large models: milliseconds a call. The first call takes tracing and "
        f"compiling with it. `python -m benchmarks.inference`, {found['date']}."
    )
    lines = ["## Inference", "", text, ""]
    for figure, what in (
        ("predict_one_s", "one row"),
        ("predict_batch_s", "a batch"),
        ("first_one_s", "the first row"),
    ):
        rows = []
        for model, by_peer in found["models"].items():
            ours = by_peer.get(OURS, {}).get(figure)
            cells = [f"`{model}`"]
            for peer in found["titles"]:
                value = by_peer.get(peer, {}).get(figure)
                beside = "" if peer == OURS else ratio(ours, value)
                cells.append(number(value and value * 1e3) + beside)
            rows.append(cells)
        lines += [*grid([what, *found["titles"].values()], rows), ""]
    return lines


INTRODUCTION = (
    "Each figure is the median over rounds in which the frameworks take turns, every measurement "
    "in a process of its own, on default settings. In parentheses: how many times Cornu's figure "
    "it is, so above 1 Cornu is ahead. A † marks a pair that was not measured in the same run."
)


def _head(results: dict) -> list[str]:
    machine = results["machine"]
    place = [machine["processor"], f"{machine['cores']} cores", machine["system"]]
    versions = {"Python": machine["python"], **machine["versions"]}
    return [
        "# Benchmarks",
        "",
        "<!-- Written by `python -m benchmarks`; do not edit by hand. -->",
        "",
        INTRODUCTION,
        "",
        f"* {results['date']}, {', '.join(place)}",
        f"* {', '.join(f'{name} {version}' for name, version in versions.items())}",
        f"* `{results['command']}`",
        "",
        *grid(["workload", "network"], [[f"`{w.name}`", w.title] for w in WORKLOADS.values()]),
        "",
    ]


SECTIONS: tuple[Callable[[dict], list[str]], ...] = (
    aims,
    *(lambda workloads, table=table: question(table, workloads) for table in TABLES),
    memory_plan,
    spread,
)


def page(results: dict) -> str:
    """Return the whole page as Markdown."""
    lines = _head(results)
    for section in SECTIONS:
        lines += section(results["workloads"])
    lines += inference(results.get("inference"))
    lines += searches(results.get("search")) + imports(results["imports"])
    return "\n".join(lines).rstrip() + "\n"


def write(results: dict, path: Path = PAGE) -> None:
    """Write the page."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(page(results), encoding="utf-8")
