"""Evaluating with averaged weights while the others train."""

from __future__ import annotations

from typing import Any

from cornu.base import Callback
from cornu_optim.callbacks.rates import unwrapped


class SwapEMAWeights(Callback):
    """Puts the optimizer's moving average of weights in their place for evaluation.

    The optimizer needs `use_ema=True`. Weights are swapped before validation, `evaluate` and
    `predict`, and back afterwards.

    Parameters
    ----------
    swap_on_epoch : bool
        Whether the average is in place at the end of each epoch too, for callbacks that save the
        model there.

    Raises
    ------
    ValueError
        If the optimizer keeps no average.

    Examples
    --------
    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> import cornu
    >>> from cornu_optim.optimizers import SGD
    >>> w, optimizer = cornu.Variable(np.float32([4.0])), SGD(1.0, use_ema=True, ema_momentum=0.5)
    >>> for gradient in (1.0, 2.0):
    ...     optimizer.apply([np.float32([gradient])], [w])
    >>> swap = SwapEMAWeights()
    >>> swap.set_model(SimpleNamespace(optimizer=optimizer))
    >>> swap.on_test_begin()
    >>> float(w.value[0])
    2.0
    >>> swap.on_test_end()
    >>> float(w.value[0])
    1.0
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._averaged = False

    def _pairs(self) -> list[tuple[Any, Any]]:
        optimizer = unwrapped(self.model.optimizer)
        several = getattr(optimizer, "optimizers", [optimizer])
        averaging = [each for each in several if getattr(each, "use_ema", False)]
        if not averaging:
            raise ValueError(
                f"SwapEMAWeights needs an optimizer with use_ema=True; {optimizer!r} has it not."
            )
        return [
            (weight, each.slot("average", weight))
            for each in averaging
            if each.built
            for weight in each._trainable_variables
        ]

    def _swap(self, averaged: bool) -> None:
        if self._averaged is averaged:
            return
        for weight, average in self._pairs():
            kept = weight.numpy()
            weight.assign(average.numpy())
            average.assign(kept)
        self._averaged = averaged

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Train on from where training was."""
        self._swap(False)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Leave the average in place for callbacks after this one, if wanted."""
        if self.swap_on_epoch:
            self._swap(True)
            if epoch == (self.params or {}).get("epochs", 0) - 1:
                for weight, average in self._pairs():
                    average.assign(weight.numpy())

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Evaluate the average."""
        self._swap(True)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Put the weights back."""
        self._swap(False)

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Predict with the average."""
        self._swap(True)

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        """Put the weights back."""
        self._swap(False)
