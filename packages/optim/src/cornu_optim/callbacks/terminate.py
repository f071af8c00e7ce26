"""Stopping when the loss is no number any more."""

from __future__ import annotations

import math
from typing import Any

from cornu.base import Callback
from cornu_engine.sourcetext import one_line


class TerminateOnNaN(Callback):
    """Ends training when the loss is NaN or infinite, and says where that came from.

    The state of training is copied before each step. When the loss goes bad, the step is done
    again operation by operation, and the first one whose result is not finite is named with its
    layer; where a weight was bad before, that is looked for in the step before.

    Parameters
    ----------
    raise_error : bool
        Whether to raise RuntimeError; otherwise training ends with a message.

    Attributes
    ----------
    origin : cornu_ops.numerics.Origin or None
        What was found: `operation`, `layer`, `shape`, `value`.

    Examples
    --------
    >>> import numpy as np, cornu
    >>> from cornu.layers import Dense, Lambda
    >>> model = cornu.Sequential([cornu.Input((2,)), Lambda(cornu.ops.log, name="log"), Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> terminate = TerminateOnNaN()
    >>> _ = model.fit(-np.ones((4, 2)), np.ones(4), verbose=0, callbacks=[terminate])
    Batch 0: Invalid loss, terminating training. First: log in '.../log' made NaN, shape (4, 2)
    >>> terminate.origin.operation
    'log'
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error
        self.origin: Any = None
        self._snapshots: list[Any] = []  # of the step before the last, and of the last

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Forget earlier trainings."""
        self.origin = None
        self._snapshots = []

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Let go of the copies."""
        self._snapshots = []

    def _before_step(self, bound: Any) -> None:
        """Copy the state that the step begins with."""
        from cornu_ops.numerics import Snapshot

        compiled = getattr(bound.step, "compiled", None)
        if compiled is None:  # line by line
            return
        kept = self._snapshots
        known = kept.pop(0) if len(kept) == 2 else None
        if known is None or known.program is not compiled.program:
            known = Snapshot(compiled.program)
        known.take()
        kept.append(known)

    def on_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at the loss."""
        self._keep_batch()
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        self.origin = self._find()
        self._snapshots = []
        first = "" if self.origin is None else f" First: {one_line(str(self.origin))}"
        if self.raise_error:
            raise RuntimeError(f"The loss is {loss} after batch {batch}.{first}")
        print(f"Batch {batch}: Invalid loss, terminating training{'.' if first else ''}{first}")
        self.model.stop_training = True

    def _keep_batch(self) -> None:
        if self._snapshots:
            bound = self.model.training_run.bound
            self._snapshots[-1].inputs = [buffer.copy() for buffer in bound.buffers]

    def _find(self) -> Any:
        run = getattr(self.model, "training_run", None)
        if run is None or self.model.steps_per_execution > 1:  # copies are older than the step
            return None
        if not self._snapshots:
            return getattr(run.bound, "origin", None)  # of a step that ran eagerly
        origin = self._snapshots[-1].origin()
        if origin is not None and origin.operation == "variable" and len(self._snapshots) == 2:
            return self._snapshots[0].origin() or origin
        return origin
