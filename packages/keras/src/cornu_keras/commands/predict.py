"""Predict from a table: a .csv with a row of names or without, a .npy, or a .npz of named inputs.

Examples:
  cornu predict model.keras new.csv
  cornu predict model.keras images.npy -o answers.npy
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

import numpy as np

from cornu_keras.commands import add_file, in_one_line, read

__all__ = ["add_arguments", "run", "table"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    add_file(parser)
    parser.add_argument("data", help="what to predict from: .csv, .npy or .npz")
    parser.add_argument("-o", "--output", help="where to write: .csv or .npy; by default printed")
    parser.add_argument("--batch-size", type=int, default=32, help="rows at a time")


@in_one_line
def run(arguments: argparse.Namespace) -> int:
    """Read, predict and write."""
    model, x = read(arguments.file), table(arguments.data)
    shape = getattr(model, "input_shape", None)
    if isinstance(x, np.ndarray) and isinstance(shape, tuple) and None not in shape[1:]:
        x = x.reshape(len(x), *shape[1:]) if x[0].size == np.prod(shape[1:]) else x
    y = model.predict(x, batch_size=arguments.batch_size, verbose=0)
    if not isinstance(y, np.ndarray):
        raise ValueError(
            "The model has several outputs, which one table cannot hold: call model.predict."
        )
    if arguments.output and arguments.output.lower().endswith(".npy"):
        np.save(arguments.output, y)
    else:
        to: Any = arguments.output or sys.stdout
        np.savetxt(to, y.reshape(len(y), -1), delimiter=",", fmt="%.7g")
    return 0


def table(path: str) -> Any:
    """Return the array of a file, or the arrays of an .npz by their names."""
    ending = os.path.splitext(path)[1].lower()
    if ending == ".npy":
        return np.load(path, allow_pickle=False)
    if ending == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    if ending != ".csv":
        raise ValueError(f"{path!r} ends in none of .csv, .npy, .npz.")
    with open(path, encoding="utf-8") as file:
        first = file.readline()
    return np.loadtxt(
        path, "float32", delimiter=",", skiprows=int(not _numbers(first)), ndmin=2, encoding="utf-8"
    )


def _numbers(line: str) -> bool:
    try:
        [float(cell) for cell in line.split(",")]
    except ValueError:
        return False
    return True
