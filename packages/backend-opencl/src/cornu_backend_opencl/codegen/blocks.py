"""How a matrix product is cut so that what is used together stays in a core's caches (CPU).

A block is some tiles of rows times some panels. Its inner axis is taken in pieces: a piece of a
panel stays in the first cache while all tiles of the block use it, the other panels and the rows of
the block in the second.
"""

from __future__ import annotations

from dataclasses import dataclass

from cornu_backend_opencl.settings import limits


@dataclass(frozen=True)
class Blocks:
    """The cut of a product.

    Attributes
    ----------
    tiles, panels : int
        Of one block.
    piece : int
        Steps of the inner axis that a block takes at a time.
    """

    tiles: int
    panels: int
    piece: int


def blocks_of(
    tiles: int,
    panels: int,
    inner: int,
    step_bytes: int,
    batches: int,
    wanted: int,
) -> Blocks:
    """Return the cut of `tiles` x `panels` tiles of each batch, into `wanted` blocks if it can be.

    Parameters
    ----------
    step_bytes : int
        What one step of the inner axis takes of one tile's rows.

    Examples
    --------
    >>> blocks_of(79, 32, 1024, 52, 1, 16)
    Blocks(tiles=15, panels=4, piece=256)
    >>> blocks_of(10, 16, 128, 52, 1, 16)
    Blocks(tiles=10, panels=1, piece=128)
    """
    piece = inner
    if inner > limits.whole:
        piece = -(-inner // (16 * -(-inner // limits.piece))) * 16
    high = min(tiles, max(1, limits.row_bytes // (step_bytes * piece)))
    wide = min(panels, limits.panels) if piece < inner else 1
    while wide > 1 and batches * -(-tiles // high) * -(-panels // wide) < wanted:
        wide //= 2
    most = batches * tiles * -(-panels // wide) // wanted
    return Blocks(max(1, min(high, most)), wide, piece)
