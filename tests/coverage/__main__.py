"""``python -m tests.coverage``: write ``docs/coverage.md``; with ``--update``, the lists too."""

from __future__ import annotations

import argparse

from tests.coverage import page
from tests.coverage.ledger import FEATURES, SYMBOLS


def main() -> None:
    """Write the page, and say what the ledger holds."""
    parser = argparse.ArgumentParser(prog="python -m tests.coverage")
    parser.add_argument("--update", action="store_true", help="write the lists of what is missing")
    options = parser.parse_args()
    for book in (SYMBOLS, FEATURES):
        if options.update:
            book.relist()
        print(f"{book.rows_file}: {len(book.rows()) - len(book.wrong())} of {len(book.rows())}")
    page.write()


if __name__ == "__main__":
    main()
