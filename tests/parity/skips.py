"""Cases run ahead of the library: what the ledger lists as not there yet is skipped, not failed."""

from __future__ import annotations

from functools import cache

import pytest

from tests.coverage.ledger import SYMBOLS
from tests.coverage.symbols import MISSING, resolve


@cache
def _listed() -> frozenset[str]:
    return frozenset(SYMBOLS.listed())


def require(symbol: str) -> None:
    """Skip the running test if ``keras.…`` has no counterpart here and the ledger says so."""
    if symbol in _listed() and resolve("cornu" + symbol.removeprefix("keras")) is MISSING:
        pytest.skip(f"{symbol} is on the list of what is not there yet")
