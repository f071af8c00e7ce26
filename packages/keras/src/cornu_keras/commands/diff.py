"""Compare two models: their layers, the settings of these, and their weights.

How weights were drawn before training is no difference.
The exit status is 0 where nothing differs, 1 where something does.

Examples:
  cornu diff before.keras after.keras
  cornu diff model.h5 model.keras --tolerance 1e-6
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import numpy as np

from cornu_keras.commands import add_file, in_one_line, read

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    add_file(parser, "first")
    add_file(parser, "second")
    parser.add_argument(
        "--tolerance", type=float, default=0.0, help="largest difference of weights that is none"
    )


@in_one_line
def run(arguments: argparse.Namespace) -> int:
    """Print the differences, a line each."""
    first, second = read(arguments.first), read(arguments.second)
    lines = list(differences(first, second, arguments.tolerance))
    print("\n".join(lines) if lines else f"no difference: {first.count_params():,} parameters")
    return 1 if lines else 0


def differences(first: Any, second: Any, tolerance: float = 0.0) -> Iterator[str]:
    """Yield a line for each layer that only one model has, setting that differs, weight that does.

    Examples
    --------
    >>> import cornu
    >>> small = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(3, name="a")])
    >>> large = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(4, name="a")])
    >>> list(differences(small, large))[0]
    'a (Dense): units is 3, then 4'
    """
    for one, other in zip_longest(first.layers, second.layers):
        if one is None or other is None:
            which, layer = ("second", other) if one is None else ("first", one)
            yield f"{_said(layer)}: only in the {which} model"
        elif type(one).__name__ != type(other).__name__:
            yield f"{_said(one)} is {_said(other)} in the second model"
        else:
            yield from _settings(one, other)
            yield from _weights(one, other, tolerance)


def _said(layer: Any) -> str:
    return f"{layer.name} ({type(layer).__name__})"


def _settings(one: Any, other: Any) -> Iterator[str]:
    before, after = one.get_config(), other.get_config()
    for name in sorted({*before, *after} - {"layers", "build_config"}):
        if not name.endswith("_initializer") and before.get(name) != after.get(name):
            yield f"{_said(one)}: {name} is {before.get(name)!r}, then {after.get(name)!r}"


def _weights(one: Any, other: Any, tolerance: float) -> Iterator[str]:
    if len(one.weights) != len(other.weights):
        yield f"{_said(one)}: {len(one.weights)} weights, then {len(other.weights)}"
        return
    for before, after in zip(one.weights, other.weights, strict=True):
        name = f"{_said(one)}: weight {before.name}"
        if tuple(before.shape) != tuple(after.shape):
            yield f"{name} has shape {tuple(before.shape)}, then {tuple(after.shape)}"
            continue
        a, b = np.asarray(before), np.asarray(after)
        apart = float(np.max(np.abs(a.astype("float64") - b), initial=0.0))
        if not (apart <= tolerance or np.array_equal(a, b)):
            yield f"{name} differs by up to {apart:.3g}"
