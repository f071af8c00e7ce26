"""The recorded rows, one JSON object a line."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path


@cache
def read(name: str) -> list[dict]:
    """Return the rows of one file."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]
