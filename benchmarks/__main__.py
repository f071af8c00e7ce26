"""``python -m benchmarks``: measure the frameworks side by side, write ``docs/benchmarks.md``."""

from __future__ import annotations

import argparse
import datetime
import json
import shlex
import sys
from collections.abc import Sequence

from benchmarks import machine, report, results, runner
from benchmarks.adapters import FRAMEWORKS, Framework
from benchmarks.workloads import WORKLOADS


def _names(known: Sequence[str]) -> object:
    def parse(text: str) -> list[str]:
        names = [name.strip() for name in text.split(",") if name.strip()]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(
                f"unknown {', '.join(unknown)}; there are {', '.join(known)}"
            )
        return names

    return parse


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--workloads", type=_names(list(WORKLOADS)), default=list(WORKLOADS))
    parser.add_argument("--frameworks", type=_names(list(FRAMEWORKS)), default=list(FRAMEWORKS))
    parser.add_argument(
        "--rounds", type=int, default=3, help="processes per framework and workload"
    )
    parser.add_argument("--quick", action="store_true", help="little data, one round, nothing kept")
    parser.add_argument("--no-write", action="store_true", help="keep nothing, write no page")
    return parser.parse_args(argv)


def installed(names: Sequence[str]) -> list[Framework]:
    """Return those frameworks that can run here; say of the others what they lack."""
    found = []
    for name in names:
        missing = FRAMEWORKS[name].missing()
        if missing:
            print(f"{name}: left out, {', '.join(missing)} not installed", file=sys.stderr)
        else:
            found.append(FRAMEWORKS[name])
    return found


def run(options: argparse.Namespace) -> dict:
    """Measure what the options ask for and print each measurement as a JSON line."""
    frameworks = installed(options.frameworks)
    count = 1 if options.quick else options.rounds
    date = f"{datetime.datetime.now():%Y-%m-%d %H:%M}"
    taken: dict[str, dict[str, list[dict]]] = {}
    for row in runner.rounds(frameworks, options.workloads, count, options.quick):
        print(json.dumps(row), flush=True)
        by_framework = taken.setdefault(row["workload"], {})
        by_framework.setdefault(row["framework"], []).append(row)
    names = ["numpy", *(framework.name for framework in frameworks)]
    return {
        "date": date,
        "machine": machine.describe(),
        "command": shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]]),
        "imports": runner.import_seconds(names, count),
        "workloads": {
            workload: {
                name: runner.combine(rows) | {"run": date} for name, rows in by_framework.items()
            }
            for workload, by_framework in taken.items()
        },
    }


def main() -> None:
    """Measure, keep the results, write the page and print it."""
    options = arguments()
    measured = run(options)
    if not measured["workloads"]:
        raise SystemExit("nothing was measured")
    if options.quick or options.no_write:
        print(report.page(measured))
        return
    kept = results.merge(results.load(), measured)
    results.save(kept)
    report.write(kept)
    print(report.page(kept))


if __name__ == "__main__":
    main()
