"""Print the program that a model runs: C on the native backend, Python on NumPy's.

Examples:
  cornu program model.keras
  CORNU_BACKEND=numpy cornu program model.keras --phase train
"""

from __future__ import annotations

import argparse
from typing import Any

from cornu_keras.commands import add_file, in_one_line, read

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    add_file(parser)
    parser.add_argument("--phase", choices=("predict", "train", "test"), default="predict")
    parser.add_argument("--batch-size", type=int, default=1, help="rows of the batch")


@in_one_line
def run(arguments: argparse.Namespace) -> int:
    """Run the phase once on zeros, and print what ran."""
    model = read(arguments.file)
    x = zeros(model.inputs, arguments.batch_size)
    if arguments.phase == "predict":
        model.predict(x, batch_size=arguments.batch_size, verbose=0)
    else:
        if not model.compiled:
            raise ValueError("The file says no loss: the model was saved without compile().")
        y = zeros(model.outputs, arguments.batch_size)
        act = model.train_on_batch if arguments.phase == "train" else model.test_on_batch
        act(x, y)
    print(model.program(arguments.phase).source)
    return 0


def zeros(tensors: Any, rows: int) -> Any:
    """Return zeros for symbolic tensors: a single array for a single one; free sizes are 1."""
    import numpy as np

    arrays = [np.zeros([rows, *(n or 1 for n in t.shape[1:])], t.dtype) for t in tensors]
    return arrays[0] if len(arrays) == 1 else arrays
