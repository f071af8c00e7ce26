"""Draw the layers of a model and how they hang together, into a file.

Examples:
  cornu plot model.keras
  cornu plot model.keras drawing.svg --shapes
"""

from __future__ import annotations

import argparse
import os

from cornu_keras.commands import add_file, in_one_line, read

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    add_file(parser)
    parser.add_argument("to", nargs="?", help="the picture; by default the model's name with .svg")
    parser.add_argument("--shapes", action="store_true", help="write what goes in and out")
    parser.add_argument("--nested", action="store_true", help="the layers of models inside, too")


@in_one_line
def run(arguments: argparse.Namespace) -> int:
    """Draw."""
    from cornu.utils import plot_model

    to = arguments.to or os.path.splitext(os.path.basename(arguments.file))[0] + ".svg"
    plot_model(
        read(arguments.file),
        to_file=to,
        show_shapes=arguments.shapes,
        expand_nested=arguments.nested,
    )
    print(to)
    return 0
