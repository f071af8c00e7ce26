"""Print what a library answers to each mistake: `python -m tests.beginners.look [keras]`."""

from __future__ import annotations

import importlib
import sys
import traceback
import warnings
from typing import Any, NamedTuple

from tests.beginners.later_mistakes import LATER
from tests.beginners.mistakes import MISTAKES, Mistake
from tests.beginners.setting_mistakes import SETTINGS


class Answer(NamedTuple):
    """What a library answered: `error`, `warning` or `silence`, the text, and the frames shown."""

    kind: str
    text: str
    frames: int


def answer(mistake: Mistake, library: Any) -> Answer:
    """Make a mistake and return what is answered; frames of the tests do not count."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            mistake.make(library)
        except Exception as error:
            files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
            text = "\n".join([str(error), *getattr(error, "__notes__", [])])
            return Answer("error", text, sum("tests" not in file for file in files))
    if warned:
        return Answer("warning", "\n".join(str(one.message) for one in warned), 0)
    return Answer("silence", "", 0)


if __name__ == "__main__":
    library = importlib.import_module(sys.argv[1] if len(sys.argv) > 1 else "cornu")
    for name, mistake in (LATER | SETTINGS | MISTAKES).items():
        said = answer(mistake, library)
        print(f"== {name}: {said.kind}, {len(said.text)} characters, {said.frames} frames")
        print(said.text[:1500])
