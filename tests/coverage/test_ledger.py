"""The ledger holds: nothing that was there goes away, and what arrives leaves the missing lists."""

from __future__ import annotations

import pytest

from tests.coverage import behaviours, page
from tests.coverage.ledger import FEATURES, SYMBOLS, Book
from tests.coverage.signatures import difference, parse

BOOKS = pytest.mark.parametrize("book", [SYMBOLS, FEATURES], ids=["symbols", "features"])


@BOOKS
def test_nothing_is_missing_that_is_not_listed(book: Book) -> None:
    unlisted = {name: why for name, why in book.wrong().items() if name not in set(book.listed())}
    assert not unlisted, "\n".join(f"{name}: {why}" for name, why in unlisted.items())


@BOOKS
def test_what_is_there_leaves_the_list(book: Book) -> None:
    arrived = sorted(set(book.listed()) - set(book.wrong()))
    assert not arrived, f"take these off {book.missing_file}: {', '.join(arrived)}"


@BOOKS
def test_the_list_is_sorted_and_names_rows(book: Book) -> None:
    listed = book.listed()
    assert listed == sorted(set(listed))
    assert set(listed) <= {row[book.key] for row in book.rows()}


def test_the_page_is_what_the_ledger_says() -> None:
    written = page.PATH.read_text(encoding="utf-8")
    assert written == page.text(), "run `python -m tests.coverage`"


def test_behaviours_name_rows_of_that_kind() -> None:
    kinds = {row["id"]: row["kind"] for row in FEATURES.rows()}
    assert {kinds[name] for name in behaviours.TESTS} <= {"behaviour", "string-id"}


def _dense(units, activation=None, rate=0.5, *, name=None, **kwargs):
    """Make a layer.

    input_dim, input_shape : shape of the first layer's input.
    """


@pytest.mark.parametrize(
    ("old", "living", "said"),
    [
        (None, "(units, activation=None, rate=0.5)", ""),
        ("(units, input_dim=None)", "(units)", ""),
        (None, "(units, activation=None, seed=None)", "no parameter seed"),
        (None, "(units, activation=None, rate=0.1)", "default of rate is 0.5, not 0.1"),
        (None, "(units, rate=0.5, activation=None)", "rate is not at position 2"),
        (None, "(activation=None)", "requires units"),
        ("(units, rate=0.1)", None, "rate is not at position 2"),
        (None, "(/, *args, **kwargs)", ""),
    ],
)
def test_a_difference_of_signature_is_said(old: str | None, living: str | None, said: str) -> None:
    assert difference(_dense, old, living) == said


def test_every_recorded_signature_can_be_read() -> None:
    for row in SYMBOLS.rows():
        for version in ("sig_231", "sig_315"):
            parse(row[version])
