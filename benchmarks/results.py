"""The best known figures, kept beside the code: a run replaces only the workloads it measured."""

from __future__ import annotations

import json
from pathlib import Path

#: Figures of the last full run of each workload.
PATH = Path(__file__).with_name("results.json")


def load(path: Path = PATH) -> dict:
    """Return the kept results: ``{"workloads": {name: {...}}, "imports": {...}}``."""
    if not path.exists():
        return {"workloads": {}, "imports": {}}
    return json.loads(path.read_text("utf-8"))


def merge(kept: dict, run: dict) -> dict:
    """Return ``kept`` with what ``run`` measured put over it, framework by framework.

    Each framework's figures carry the run they come from, so that the page can mark a ratio whose
    two sides were not measured side by side.
    """
    workloads = {name: dict(rows) for name, rows in kept["workloads"].items()}
    for name, rows in run["workloads"].items():
        workloads.setdefault(name, {}).update(rows)
    others = {name: kept[name] for name in ("inference", "search") if name in kept}
    return others | {
        "machine": run["machine"],
        "date": run["date"],
        "command": run["command"],
        "workloads": workloads,
        "imports": {**kept.get("imports", {}), **run["imports"]},
    }


def save(results: dict, path: Path = PATH) -> None:
    """Write ``results`` so that a change of one figure is a change of one line."""
    path.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")
