"""Keras beside us on the mistakes of beginners: where it says something, so do we, shortly."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import pytest

import cornu
from tests.beginners.later_mistakes import LATER
from tests.beginners.look import answer
from tests.beginners.mistakes import MISTAKES

# At most as long as what Keras says, or as four lines of a terminal.
SHORT = 400
LOUDNESS = {"silence": 0, "warning": 1, "error": 2}


@pytest.fixture(autouse=True)
def filtered() -> Iterator[None]:
    """Filter tracebacks, as Keras does."""
    cornu.config.enable_traceback_filtering()
    yield
    cornu.config.disable_traceback_filtering()


ALL = {name: row for name, row in (LATER | MISTAKES).items() if name != "set_backend('cuda')"}


@pytest.mark.parametrize("name", ALL)
def test_we_say_at_least_what_keras_says(name: str) -> None:
    theirs, ours = answer(ALL[name], keras), answer(ALL[name], cornu)
    assert LOUDNESS[ours.kind] >= LOUDNESS[theirs.kind]
    assert len(ours.text) <= max(len(theirs.text), SHORT)
    helps = ALL[name].texts
    assert sum(text in ours.text for text in helps) >= sum(text in theirs.text for text in helps)
