"""Look at this installation: versions, processor, backends, and what is known to go wrong.

The exit status is 1 where something has to be mended.

Examples:
  cornu doctor
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator

__all__ = ["add_arguments", "run"]

BESIDE = ("numpy", "h5py", "scikit-learn", "pyopencl", "ml_dtypes", "onnx")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command: there are none."""


def run(arguments: argparse.Namespace) -> int:
    """Print what there is, then what is wrong."""
    from cornu import backends

    ours = _versions()
    print(f"Python      {platform.python_version()}, {sys.executable}")
    print(f"system      {platform.platform()}, {platform.machine()}, {os.cpu_count()} cores")
    print(f"cornu       {', '.join(f'{name} {version}' for name, version in ours.items())}")
    print(f"beside it   {', '.join(_beside())}")
    print(f"BLAS        {blas()}")
    survey = backends.survey()
    for name, why in survey.items():
        mark = "*" if name == backends.get_backend() else " "
        print(f"backend   {mark} {name}: {why or 'runs here'}")
    told = [name for name in os.environ if name.startswith("CORNU_")]
    for name in sorted(told):
        print(f"set         {name}={os.environ[name]}")
    problems = [*faults(ours), *_plugins()]
    for problem in problems:
        print(f"problem: {problem}", file=sys.stderr)
    if not problems:
        print("no problem is known")
    return 1 if problems else 0


def _versions() -> dict[str, str]:
    from importlib.metadata import distributions

    found = {d.metadata["Name"]: d.version for d in distributions()}
    return {n: v for n, v in sorted(found.items()) if n == "cornu" or n.startswith("cornu-")}


def _beside() -> Iterator[str]:
    from importlib.metadata import distributions

    there = {d.metadata["Name"].lower(): d.version for d in distributions()}
    return (f"{name} {there.get(name, '–')}" for name in BESIDE)


def blas() -> str:
    """Return the library that NumPy multiplies matrices with.

    Examples
    --------
    >>> isinstance(blas(), str)
    True
    """
    import numpy as np

    parts = np.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
    return f"{parts.get('name', 'unknown')} {parts.get('version', '')}".strip()


def faults(versions: dict[str, str]) -> Iterator[str]:
    """Yield what is known to go wrong with such versions of ours.

    Examples
    --------
    >>> list(faults({"cornu-core": "0.1.0", "cornu-layers": "0.2.0"}))
    ['cornu-core 0.1.0, cornu-layers 0.2.0 are of different versions: install all anew, together.']
    """
    if len({version.rpartition(".")[0] for version in versions.values()}) > 1:
        all_of_them = ", ".join(f"{name} {version}" for name, version in versions.items())
        yield f"{all_of_them} are of different versions: install all anew, together."
    if blas().startswith(("unknown", "none")):
        yield "NumPy has no BLAS: matrices are multiplied slowly. Install NumPy from its wheel."


def _plugins() -> Iterator[str]:
    import warnings

    from cornu.plugins import registry
    from cornu_engine.errors import PluginWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PluginWarning)
        yield from map(str, registry.problems())
