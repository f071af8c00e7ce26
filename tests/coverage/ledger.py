"""The ledger: every recorded row, what is wrong with it today, and what is listed as missing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.coverage import features, symbols
from tests.coverage.data import read

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Book:
    """One file of rows: the field that names a row, its check, and the list of what is missing."""

    rows_file: str
    key: str
    check: object
    missing_file: str

    def rows(self) -> list[dict]:
        """Return the recorded rows."""
        return read(self.rows_file)

    def wrong(self) -> dict[str, str]:
        """Return name -> what is wrong, for each row that is not here as Keras has it."""
        return _check(self)

    @property
    def missing_path(self) -> Path:
        return FOLDER / self.missing_file

    def listed(self) -> list[str]:
        """Return the names that are known to be missing."""
        return self.missing_path.read_text(encoding="utf-8").split()

    def relist(self) -> None:
        """Write today's missing names over the list."""
        names = sorted(self.wrong())
        self.missing_path.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


@cache
def _check(book: Book) -> dict[str, str]:
    found = {row[book.key]: book.check(row) for row in book.rows()}  # type: ignore[operator]
    return {name: reason for name, reason in found.items() if reason}


SYMBOLS = Book("symbols.jsonl", "symbol", symbols.check, "missing.txt")
FEATURES = Book("features.jsonl", "id", features.check, "missing_features.txt")
