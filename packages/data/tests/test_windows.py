"""Blocks and windows: each row once, chunks whole, no more at once than is said."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cornu_data.rows import Rows
from cornu_data.stored.windows import blocks_of, read, windows_of

SIZES = st.lists(st.integers(1, 30), min_size=1, max_size=40)


def stored(sizes: list[int]) -> Rows:
    numbers = np.arange(sum(sizes), dtype="float32")
    ends = np.cumsum(sizes)
    return Rows(numbers.__getitem__, 0, len(numbers), (), "float32", True, ends)


@given(SIZES, st.integers(1, 50))
def test_blocks_are_chunks_put_together(sizes, size):
    blocks = blocks_of([stored(sizes)], size)
    ends = {0, *np.cumsum(sizes).tolist()}
    assert [start for start, _ in blocks] == [0, *(stop for _, stop in blocks[:-1])]
    assert blocks[-1][1] == sum(sizes)
    for start, stop in blocks:
        assert {start, stop} <= ends
        assert stop - start <= max(size, *sizes)


@given(SIZES, st.integers(1, 50), st.integers(0, 5), st.integers(0, 300))
def test_a_part_of_the_rows_has_its_chunks(sizes, size, start, stop):
    part = stored(sizes)[start:stop]
    if len(part):
        assert part.ends is not None
        assert part.ends[-1] == len(part)
        assert {0, *(part.ends + start).tolist()} <= {0, len(part) + start, *np.cumsum(sizes)}


@given(SIZES, st.integers(1, 50), st.one_of(st.none(), st.integers(0, 100)))
def test_a_pass_has_every_row_once(sizes, size, seed):
    rows = stored(sizes)
    windows = windows_of(blocks_of([rows], max(1, size // 4)), size, seed)
    passed = list(read([rows], windows, seed, 0, None))
    found = np.concatenate([window.arrays[0] for window in passed])
    if seed is None:
        np.testing.assert_array_equal(found, np.arange(len(rows)))
    np.testing.assert_array_equal(np.sort(found), np.arange(len(rows)))
    assert [w.start for w in passed] == [0, *(w.stop for w in passed[:-1])]
    assert max(w.stop - w.start for w in passed) <= max(size, *sizes)


@given(SIZES, st.integers(0, 100), st.integers(0, 400))
def test_a_pass_may_begin_anywhere(sizes, seed, first):
    """As if it had been read from the beginning."""
    rows = stored(sizes)
    windows = windows_of(blocks_of([rows], 5), 20, seed)
    whole = list(read([rows], windows, seed, 0, None))
    later = list(read([rows], windows, seed, first, None))
    expected = [window for window in whole if window.stop > first]
    assert len(later) == len(expected)
    for one, two in zip(later, expected, strict=True):
        np.testing.assert_array_equal(one.arrays[0], two.arrays[0])


def test_a_row_goes_far_from_where_it_lay():
    """Its new place tells nothing of its old one, for 100 blocks in windows of eight."""
    rows = stored([10] * 100)
    windows = windows_of(blocks_of([rows], 10), 80, 3)
    found = np.concatenate([w.arrays[0] for w in read([rows], windows, 3, 0, None)])
    assert abs(np.corrcoef(found, np.arange(1000))[0, 1]) < 0.2
