"""Write a model in another format, which the ending of the name says.

  .keras .h5              a model, for Cornu and Keras
  .weights.h5             its weights alone
  .onnx .py .c .cornu     the program that predicts: for ONNX runtimes, NumPy, C99, Cornu

Examples:
  cornu convert old.h5 model.keras
  cornu convert model.keras model.c
"""

from __future__ import annotations

import argparse
import os

from cornu_keras.commands import add_file, in_one_line, read

__all__ = ["add_arguments", "run"]

PROGRAMS = (".onnx", ".py", ".c", ".cornu")
MODELS = (".keras", ".h5", ".hdf5")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    add_file(parser)
    parser.add_argument("to", help="the file to write")
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there")


@in_one_line
def run(arguments: argparse.Namespace) -> int:
    """Read, and write."""
    to = arguments.to
    ending = os.path.splitext(to)[1].lower()
    if ending not in MODELS + PROGRAMS:
        raise ValueError(f"{to!r} ends in none of {', '.join(MODELS + PROGRAMS)}.")
    if os.path.exists(to) and not arguments.overwrite:
        raise FileExistsError(f"{to!r} is there already; --overwrite replaces it.")
    model = read(arguments.file)
    if ending in PROGRAMS:
        model.export(to, verbose=False)
    elif to.lower().endswith(".weights.h5"):
        model.save_weights(to, overwrite=True)
    else:
        model.save(to, overwrite=True)
    print(f"{arguments.file} -> {to}, {os.path.getsize(to):,} bytes")
    return 0
