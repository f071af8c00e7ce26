"""Bytes that are others."""

from __future__ import annotations

import random


def change_bytes(data: bytearray, draw: random.Random) -> None:
    """Change, remove or repeat some bytes at one place."""
    if not data:
        return
    at, how = draw.randrange(len(data)), draw.randrange(6)
    if how == 0:
        data[at] ^= 1 << draw.randrange(8)
    elif how == 1:
        data[at : at + 8] = draw.randbytes(8)
    elif how == 2:
        data[at : at + 8] = (1 << draw.randrange(64)).to_bytes(8, "little")
    elif how == 3:
        del data[at : at + draw.randrange(1, 64)]
    elif how == 4:
        start = draw.randrange(len(data))
        data[at:at] = data[start : start + draw.randrange(1, 64)]
    elif draw.random() < 0.2:
        del data[at:]
