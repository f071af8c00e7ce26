"""Counter-based random words: Philox4x64-10, as NumPy's own C code computes it."""

from __future__ import annotations

import numpy as np

from cornu_backend_numpy.settings import limits

_LAST = 2**64 - 1


class RandomBits:
    """Fills `out` with 32-bit words that depend on key and counter only.

    Parameters
    ----------
    out : ndarray of uint32
        Contiguous.
    first : int
        Words of the stream that lie before `out`.

    Examples
    --------
    >>> out = np.empty(3, np.uint32)
    >>> draw = RandomBits(out)
    >>> draw(np.array([1, 2]), np.array(0)); first = out.copy()
    >>> draw(np.array([1, 2]), np.array(0)); bool((out == first).all())
    True
    """

    def __init__(self, out: np.ndarray, first: int = 0) -> None:
        self._bits = np.random.Philox(key=[0, 0])
        self._state = self._bits.state
        self._generator = np.random.Generator(self._bits)
        self._block, self._skip = divmod(first, 8)  # each count of the generator gives eight words
        flat = out.reshape(-1)
        head = min(flat.size, -self._skip % 8) if self._skip else 0
        self._head = flat[:head]
        rest = flat[head:]
        step = 2 * limits.words
        self._parts = [rest[i : i + step] for i in range(0, rest.size, step)]

    def __call__(self, key: np.ndarray, counter: np.ndarray) -> None:
        """Draw the words."""
        state = self._state
        state["state"]["key"][:] = key.astype(np.uint64)
        state["state"]["counter"][:] = (self._block, np.uint64(int(counter)), 0, 0)
        self._bits.state = state  # also empties the generator's buffer
        if self._head.size:
            words = self._words(4)
            np.copyto(self._head, words[self._skip : self._skip + self._head.size])
        for part in self._parts:
            np.copyto(part, self._words((part.size + 1) // 2)[: part.size])

    def _words(self, count: int) -> np.ndarray:
        # the same numbers as `random_raw`, which would keep Python's lock all the while
        words = self._generator.integers(0, _LAST, size=count, dtype=np.uint64, endpoint=True)
        return words.view(np.uint32)
