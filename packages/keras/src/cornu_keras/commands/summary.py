"""Print the layers of a model, with their shapes and parameters.

Examples:
  cornu summary model.keras
  cornu summary model.h5 --trainable
"""

from __future__ import annotations

import argparse

from cornu_keras.commands import add_file, in_one_line, read

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    add_file(parser)
    parser.add_argument("--width", type=int, help="characters of a line")
    parser.add_argument("--nested", action="store_true", help="the layers of models inside, too")
    parser.add_argument("--trainable", action="store_true", help="mark what training moves")


@in_one_line
def run(arguments: argparse.Namespace) -> int:
    """Print the table."""
    read(arguments.file).summary(
        line_length=arguments.width,
        expand_nested=arguments.nested,
        show_trainable=arguments.trainable,
    )
    return 0
