"""Blocks and windows: each row once, chunks whole, no more at once than is said."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

from cornu_data.stored.rows import Rows
from cornu_data.stored.windows import blocks_of, read, windows_of

CASES = range(40)


def drawn(case: int) -> tuple[list[int], int, int]:
    """Sizes of chunks, the size of a block or window, and a row."""
    rng = np.random.default_rng(case)
    sizes = rng.integers(1, rng.integers(2, 30), rng.integers(1, 40)).tolist()
    return sizes, int(rng.integers(1, 50)), int(rng.integers(0, sum(sizes) + 5))


def stored(sizes: list[int]) -> Rows:
    numbers = np.arange(sum(sizes), dtype="float32")
    ends = np.cumsum(sizes)
    return Rows(numbers.__getitem__, 0, len(numbers), (), "float32", True, ends)


@pytest.mark.parametrize("case", CASES)
def test_blocks_are_chunks_put_together(case):
    sizes, size, _ = drawn(case)
    blocks = blocks_of([stored(sizes)], size)
    ends = {0, *np.cumsum(sizes).tolist()}
    assert [start for start, _ in blocks] == [0, *(stop for _, stop in blocks[:-1])]
    assert blocks[-1][1] == sum(sizes)
    for start, stop in blocks:
        assert {start, stop} <= ends
        assert stop - start <= max(size, *sizes)


@pytest.mark.parametrize("case", CASES)
def test_a_part_of_the_rows_has_its_chunks(case):
    sizes, size, stop = drawn(case)
    start = min(size, stop, sum(sizes) - 1)
    part = stored(sizes)[start : stop + 1]
    assert part.ends is not None
    inside = [end for end in np.cumsum(sizes) if start < end < start + len(part)]
    assert part.ends.tolist() == [end - start for end in [*inside, start + len(part)]]


@pytest.mark.parametrize("seed", [None, 0, 1])
@pytest.mark.parametrize("case", CASES)
def test_a_pass_has_every_row_once(case, seed):
    sizes, size, _ = drawn(case)
    rows = stored(sizes)
    windows = windows_of(blocks_of([rows], max(1, size // 4)), size, seed)
    passed = list(read([rows], windows, seed, 0, None, deque()))
    found = np.concatenate([window.arrays[0] for window in passed])
    if seed is None:
        np.testing.assert_array_equal(found, np.arange(len(rows)))
    np.testing.assert_array_equal(np.sort(found), np.arange(len(rows)))
    assert [w.start for w in passed] == [0, *(w.stop for w in passed[:-1])]
    assert max(w.stop - w.start for w in passed) <= max(size, *sizes)


@pytest.mark.parametrize("case", CASES)
def test_a_pass_may_begin_anywhere(case):
    """As if it had been read from the beginning."""
    sizes, seed, first = drawn(case)
    rows = stored(sizes)
    windows = windows_of(blocks_of([rows], 5), 20, seed)
    whole = list(read([rows], windows, seed, 0, None, deque()))
    later = list(read([rows], windows, seed, first, None, deque()))
    expected = [window for window in whole if window.stop > first]
    assert len(later) == len(expected)
    for one, two in zip(later, expected, strict=True):
        np.testing.assert_array_equal(one.arrays[0], two.arrays[0])


@pytest.mark.parametrize("seed", [None, 4])
def test_what_is_used_is_written_over_and_the_source_is_not(seed):
    sizes = [10] * 30
    rows = stored(sizes)
    windows = windows_of(blocks_of([rows], 10), 50, seed)
    expected = [w.arrays[0].copy() for w in read([rows], windows, seed, 0, None, deque())]
    rooms: deque = deque()
    seen = set()
    for window, array in zip(read([rows], windows, seed, 0, None, rooms), expected, strict=True):
        np.testing.assert_array_equal(window.arrays[0], array)
        seen.add(id(window.room[0]))
        rooms.append(window.room)
    assert len(seen) == 1
    np.testing.assert_array_equal(rows, np.arange(300))


def test_rows_that_are_handed_on_as_they_come_are_never_written_over():
    """They may be the memory of the one who stores them."""
    rows = stored([10] * 5)
    passed = read([rows], windows_of(blocks_of([rows], 10), 10), None, 0, None, deque())
    assert [window.room for window in passed] == [None] * 5


def test_a_row_goes_far_from_where_it_lay():
    """Its new place tells nothing of its old one, for 100 blocks in windows of eight."""
    rows = stored([10] * 100)
    windows = windows_of(blocks_of([rows], 10), 80, 3)
    found = np.concatenate([w.arrays[0] for w in read([rows], windows, 3, 0, None, deque())])
    assert abs(np.corrcoef(found, np.arange(1000))[0, 1]) < 0.2
