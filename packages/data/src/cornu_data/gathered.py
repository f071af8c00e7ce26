"""What steps return for batches, put together again: the way back of `fit` and `predict`."""

from __future__ import annotations

import numpy as np

__all__ = ["Gathered", "joined"]


class Gathered:
    """Outputs of batches, written where they belong if each row of the data gives one of them."""

    def __init__(self, samples: int | None) -> None:
        self._samples = samples
        self._whole: list[np.ndarray] | None = None
        self._parts: list[list[np.ndarray]] = []
        self._filled = 0

    def add(self, outputs: list[np.ndarray], rows: int | None) -> None:
        """Append the outputs of a batch of so many rows."""
        if self._samples is None or any(o.shape[:1] != (rows,) for o in outputs):
            self._give_up()
            self._parts.append([np.array(output) for output in outputs])
            return
        if self._whole is None:
            if rows == self._samples:
                self._whole, self._filled = outputs, self._samples
                return
            self._whole = [np.empty((self._samples, *o.shape[1:]), o.dtype) for o in outputs]
        stop = self._filled + len(outputs[0])
        for whole, output in zip(self._whole, outputs, strict=True):
            whole[self._filled : stop] = output
        self._filled = stop

    def _give_up(self) -> None:
        """Gather parts from now on, as the outputs have rows of their own."""
        self._samples = None
        if self._whole is not None:
            self._parts.append(self.arrays())
            self._whole = None

    def arrays(self) -> list[np.ndarray]:
        """Return what was gathered."""
        if self._whole is not None:
            return [whole[: self._filled] for whole in self._whole]
        return joined(self._parts)


def joined(parts: list[list[np.ndarray]]) -> list[np.ndarray]:
    """Return the outputs of several batches, each one after the other."""
    columns = zip(*parts, strict=True)
    return [np.concatenate(c) if c[0].ndim else np.stack(c) for c in map(list, columns)]
