"""Run a script that imports Keras or TensorFlow on Cornu, as it is."""

from __future__ import annotations

import argparse
import os
import sys

from cornu_keras.compat.runner import children, choosing, names_used, program
from cornu_keras.compat.runner.places import DIALECTS

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.usage = (
        "%(prog)s [--dialect NAME] [--report] (script.py | -c CODE | -m MODULE | -) [arguments]"
    )
    parser.add_argument(
        "--dialect",
        choices=list(DIALECTS),
        help="what `keras` means; by default what the names say that the script uses, or "
        "CORNU_DIALECT",
    )
    parser.add_argument(
        "--report",
        action="store_true",
        help="say first what is replaced, and which names are missing in which lines",
    )
    rest = argparse.REMAINDER
    parser.add_argument("-c", nargs=rest, metavar="CODE", help="run a text")
    parser.add_argument("-m", nargs=rest, metavar="MODULE", help="run a module")
    parser.add_argument("script", nargs=rest, help="the script, or - to read it, and its arguments")


def run(arguments: argparse.Namespace) -> int:
    """Run the script; an error or `sys.exit` of it ends the process as it does without Cornu."""
    words = arguments.c or arguments.m or arguments.script
    if not words:
        wanted = "-c needs a text" if arguments.c == [] else "-m needs a module"
        if arguments.c is None and arguments.m is None:
            wanted = "say which script to run"
        print(f"python -m cornu run: {wanted}; --help shows how.", file=sys.stderr)
        return 2
    try:
        found = _program(arguments, words[0])
        asked = choosing.given(arguments.dialect)
    except (OSError, ImportError, ValueError) as error:
        print(f"python -m cornu run: {_said(error)}", file=sys.stderr)
        return 2 if not isinstance(error, ImportError) else 1
    found.enter(words[1:])
    script = None
    if asked is None or arguments.report:
        source, folder = program.source_of(found)
        script = names_used.read(source, found.file, folder)
    dialect = asked or choosing.choose(script or names_used.Script())
    children.follow(dialect)
    if arguments.m and words[0] in ("pytest", "py.test"):
        children.follow_pytest(dialect)
    if arguments.report and script is not None:
        from cornu_keras.compat.runner.report import report

        print("\n".join(report(script, dialect)), flush=True)
    found.run()
    return 0


def _program(arguments: argparse.Namespace, first: str) -> program.Program:
    if arguments.c:
        return program.of_text(first, "<string>", "-c")
    if arguments.m:
        if "" not in sys.path and not getattr(sys.flags, "safe_path", False):
            sys.path[0] = os.getcwd()
        return program.of_module(first)
    if first == "-":
        return program.of_text(sys.stdin.buffer.read(), "<stdin>", "-")
    return program.of_file(first)


def _said(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"can't open file {error.filename!r}: [Errno {error.errno}] {error.strerror}"
    return str(error)
