"""Views of memory: merged axes walk the same elements in order; C says the same places."""

from __future__ import annotations

import numpy as np
import pytest

from cornu_lowering.views import Address, View, merged, position, unravel

LAYOUTS = {
    "in order": lambda a: a,
    "transposed": lambda a: a.T,
    "middle axes swapped": lambda a: a.swapaxes(1, 2),
    "every other row": lambda a: a[::2],
    "every other column": lambda a: a[..., ::2],
    "reversed": lambda a: a[:, ::-1],
    "all reversed": lambda a: a[::-1, ::-1, ::-1, ::-1],
    "a row for all": lambda a: np.broadcast_to(a[:1], a.shape),
    "one for all": lambda a: np.broadcast_to(a[0, 0, 0, 0], a.shape),
    "an axis of one": lambda a: a[:, :1],
    "empty": lambda a: a[:, :0],
}


def view_of(array):
    """An array of int64 numbers that count its memory, as a view."""
    steps = tuple(s // array.itemsize for s in array.strides)
    first = int(array.flat[0]) if array.size else 0
    return View(Address("M"), first, steps, array.shape, array.dtype)


def walked(space, which, offset):
    """The positions in memory, in the order of the space."""
    at = np.array(offset)
    for size, step in zip(space.shape, space.strides[which], strict=True):
        at = at[..., None] + np.arange(size) * step
    return at.reshape(-1)


MEMORY = np.arange(4 * 6 * 6 * 4).reshape(4, 6, 6, 4)
SHAPES = {name: layout(MEMORY).shape for name, layout in LAYOUTS.items()}
PAIRS = [(a, b) for a in LAYOUTS for b in LAYOUTS if SHAPES[a] == SHAPES[b]]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_merged_axes_walk_the_same_elements(first, second):
    a, b = LAYOUTS[first](MEMORY), LAYOUTS[second](MEMORY)
    views = [view_of(a), view_of(b)]
    space = merged(a.shape, [v.strides for v in views])
    for i, (array, view) in enumerate(zip((a, b), views, strict=True)):
        np.testing.assert_array_equal(walked(space, i, view.offset), array.reshape(-1))


def test_axes_of_other_marks_stay_apart():
    space = merged((2, 3, 4), [(12, 4, 1)], [False, True, True])
    assert space.shape == (2, 12)
    assert space.marks == (False, True)


@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4), (1, 4), (3, 1), (2, 3, 4, 5)])
def test_broadcast_is_that_of_numpy(shape):
    memory = np.arange(4)
    found = view_of(memory).broadcast((*shape[:-1], 4))
    expected = np.broadcast_to(memory, found.shape)
    np.testing.assert_array_equal(
        walked(merged(found.shape, [found.strides]), 0, found.offset), expected.reshape(-1)
    )


@pytest.mark.parametrize("shape", [(5,), (2, 3), (4, 1, 3), (2, 3, 4, 5)])
def test_the_c_of_indices_and_positions_is_that_of_numpy(shape):
    strides = tuple(s // 8 for s in np.zeros(shape).strides)
    texts = [text.replace("/", "//") for text in unravel("r", shape)]
    for r in range(int(np.prod(shape))):
        indices = [eval(text, {"r": r}) for text in texts]
        assert tuple(indices) == tuple(int(i) for i in np.unravel_index(r, shape))
        assert eval(position([str(i) for i in indices], strides, 7)) == r + 7
