"""A source of batches, cut into epochs."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["BatchSource", "Select", "ValueSpec"]

# from the structure of specs of a batch to the bound step that takes it
Select = Callable[[Any], Any]


@dataclass(frozen=True)
class ValueSpec:
    """Shape and dtype of one input of a step.

    Examples
    --------
    >>> ValueSpec((32, 20), "float32").shape
    (32, 20)
    """

    shape: tuple[int, ...]
    dtype: Any


class BatchSource:
    """Where batches come from: arrays, a `Sequence`, or anything that can be iterated.

    A source yields tokens, and `load` copies the batch that a token stands for into the buffers of
    the step that fits it. For arrays a token is only the numbers of the rows, so that nothing is
    copied twice.

    Attributes
    ----------
    steps : int or None
        Batches per epoch that the user asked for.
    num_batches : int or None
        Batches in one pass over the data, where it is known.
    samples, batch_size : int or None
        Rows of the arrays, and how many of them make a batch, where the data are arrays.
    cycles : bool
        Whether an epoch of `steps` goes on with a new pass where one ends, as in Keras 2.
    counts_anew : bool
        Whether the number of batches may be another one in each epoch.
    one_shot : bool
        Whether the data can be passed over once only, as a generator can.
    finished : bool
        Whether a one-shot source has nothing left.
    """

    steps: int | None = None
    num_batches: int | None = None
    samples: int | None = None
    batch_size: int | None = None
    counts_anew = False
    one_shot = False
    cycles = False
    finished = False
    generator: Any = None  # draws the orders, where there are any

    def __init__(self) -> None:
        self._stream: Iterator[Any] | None = None
        self._ahead: list[Any] = []  # a token taken to look at, and not yet used
        self._begun = False  # whether the next epoch has begun, to look at its first token
        self._pulled = 0  # tokens taken from the stream
        self._done = 0  # steps of the next epoch that were done before this source was resumed
        self._before: Any = None  # the state of `generator` when the pass began

    def one_pass(self) -> Iterator[Any]:
        """Yield the tokens of one pass over the data."""
        raise NotImplementedError(f"{type(self).__name__} must define one_pass(self).")

    def load(self, token: Any, select: Select) -> Any:
        """Copy a batch into the buffers of its step, and return that step."""
        raise NotImplementedError(f"{type(self).__name__} must define load(self, token, select).")

    def prepare(self, build: Callable[[Any], Any]) -> None:
        """Look at the first batch, before anything runs, and call `build` with its spec."""
        raise NotImplementedError(f"{type(self).__name__} must define prepare(self, build).")

    def try_out(self, select: Select) -> None:
        """Compile the step of the first batch and check what can be checked, once."""
        self.prepare(select)

    def close(self) -> None:
        """Let go of a pass that is still open, and of the workers behind it."""
        self._stream = None
        self._ahead.clear()

    def __enter__(self) -> BatchSource:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    def on_epoch_begin(self) -> None:
        """Run before an epoch."""

    def on_epoch_end(self) -> None:
        """Run after an epoch."""

    @property
    def steps_per_epoch(self) -> int | None:
        """Batches per epoch, where it is known."""
        return self.steps or self.num_batches

    def epoch(self) -> Iterator[Any]:
        """Yield the tokens of one epoch: one pass, or `steps` from where the last one stopped."""
        self._begin()
        self._begun = False
        if self.steps is None and self._stream is None:
            yield from self._open()
            self.finished = self.one_shot
        else:
            yield from self._steps()
        self.on_epoch_end()

    def _begin(self) -> None:
        if not self._begun and not self._done:
            self.on_epoch_begin()
        self._begun = True

    # Going on where another process stopped

    def position(self, step: int) -> dict[str, Any]:
        """Return where the source stands after `step` steps of an epoch, for `resume`."""
        used = step if self._stream is None else self._pulled - len(self._ahead)
        return {"step": step, "used": used, "random": self._before if used else self._random()}

    def resume(self, position: dict[str, Any]) -> None:
        """Go to a position: what was used there is passed over.

        Parameters
        ----------
        position : dict
            What `position` returned, in this process or another.
        """
        self._done = position["step"]
        if self.one_shot:
            for _ in range(position["used"]):
                self._next(first=False)
            return
        self.close()
        if self.generator is not None and position["random"] is not None:
            self.generator.bit_generator.state = position["random"]
        if position["used"]:
            self._stream = self._open(position["used"])

    @property
    def dataset(self) -> Any:
        """The user's object that may remember something between batches, or None."""
        return None

    def _random(self) -> Any:
        return None if self.generator is None else self.generator.bit_generator.state

    def _open(self, start: int = 0) -> Iterator[Any]:
        self._before, self._pulled = self._random(), start
        return self._pass_from(start)

    def _pass_from(self, start: int) -> Iterator[Any]:
        return itertools.islice(self.one_pass(), start, None) if start else self.one_pass()

    # Epochs of so many steps

    def _steps(self) -> Iterator[Any]:
        done, self._done = self._done, 0
        cycles = self.cycles and self.steps is not None
        for step in itertools.count(done) if self.steps is None else range(done, self.steps):
            token = self._next(first=cycles or step == 0)
            if token is _END:
                self.finished = self.one_shot
                if self.steps is not None:
                    self._warn(step)
                return
            yield token

    def _next(self, first: bool) -> Any:
        """Return the next token; the first of an epoch may start a new pass."""
        if self._ahead:
            return self._ahead.pop()
        resumed = self._stream is not None
        if self._stream is None:
            self._stream = self._open()
        token = next(self._stream, _END)
        self._pulled += 1
        if token is _END:
            self._stream = None
            if first and resumed and not self.one_shot:
                return self._next(first=False)
        return token

    def _look_ahead(self) -> Any:
        """Return the first token without using it up, or None if there is none."""
        if not self._ahead:
            self._begin()
            token = self._next(first=True)
            if token is _END:
                return None
            self._ahead.append(token)
        return self._ahead[0]

    def _warn(self, step: int) -> None:
        warnings.warn(
            f"The data ran out after {step} of {self.steps} batches of this epoch. Provide at "
            "least steps_per_epoch * epochs batches, or pass a smaller steps_per_epoch (None: one "
            "pass per epoch).",
            stacklevel=7,
        )


_END = object()
