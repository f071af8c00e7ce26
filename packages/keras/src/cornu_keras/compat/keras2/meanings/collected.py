"""What of a model is trained: what was trainable when it was compiled."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from cornu_engine.variable import Variable

__all__ = ["CollectedQuietly", "CollectedWeights"]


class CollectedWeights:
    """Trains what was trainable when the model was compiled."""

    _told_of_others = True  # whether to warn where something else is trainable now
    _collected: list[Variable] | None
    _speaking: Any

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Say how to train; what is trainable now is what will be trained."""
        with self._speaking():
            super().compile(*args, **kwargs)  # type: ignore[misc]
        built = getattr(self, "built", False)
        self.__dict__["_collected"] = list(self.trainable_variables) if built else None

        if self._compiled is not None:
            self._compiled.warns_if_still = False  # a model without weights may be fitted

    compile.derives = True  # type: ignore[attr-defined]

    def fit(self, *args: Any, **kwargs: Any) -> Any:
        """Train on data."""
        self._check_collected()
        return super().fit(*args, **kwargs)  # type: ignore[misc]

    def train_on_batch(self, *args: Any, **kwargs: Any) -> Any:
        """Do one step of training."""
        self._check_collected()
        return super().train_on_batch(*args, **kwargs)  # type: ignore[misc]

    def _check_collected(self) -> None:
        known = self.__dict__.get("_collected")
        now = self.trainable_variables
        if known is not None and self._told_of_others and len(now) != len(known):
            warnings.warn(
                "Discrepancy between trainable weights and collected trainable weights, did you "
                "set `model.trainable` without calling `model.compile` after ?",
                UserWarning,
                stacklevel=3,
            )

    trainable_variables: list[Variable]
    _compiled: Any

    @property
    def _trained(self) -> Sequence[Variable]:
        known = self.__dict__.get("_collected")
        if known is None:
            known = list(self.trainable_variables)
            if getattr(self, "built", False) and known and self._compiled is not None:
                self.__dict__["_collected"] = known
        return known


class CollectedQuietly(CollectedWeights):
    """As it was in TensorFlow 2, which said nothing about it."""

    _told_of_others = False
