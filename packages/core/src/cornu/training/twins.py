"""The step of one model for the next of the same make, which then need not be traced.

A search over hyperparameters trains the same few networks again and again. What a step follows
from is compared (`cornu_data.likeness`), and where it is equal, the program of the first model
runs on the variables of the other.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

from cornu.plugins import registry
from cornu_data.likeness import Likeness, likeness
from cornu_engine import config, tree
from cornu_engine.reuse import kept
from cornu_engine.settings import limits
from cornu_ops import ranks
from cornu_ops.remat import current_remat


class _Traced(NamedTuple):
    key: Any  # of the compiled program
    places: list[int]  # of its variables, among those of the model
    after: bytes  # what models are alike in when the step is there
    predicted: Any  # leaves like the outputs of the model
    result: Any
    logs: dict[str, int | None]


_lock = threading.Lock()
_steps: OrderedDict[Any, _Traced] = OrderedDict()


class Twins:
    """The models that are like one now, before a step of it is made.

    Parameters
    ----------
    model : Model
    key : hashable
        What else a step follows from.
    now : Likeness
    """

    def __init__(self, model: Any, key: Any, now: Likeness) -> None:
        self.model, self.key, self.now = model, (*key, now.digest), now

    @classmethod
    def of(cls, model: Any, mode: str, spec: Any, backend: Any) -> Twins | None:
        """Return the twins of a model; None where it has parts of a script, or is not alone."""
        if ranks.current.size > 1 or current_remat() is not None:
            return None
        now = _now(model)
        if now is None:
            return None
        settings = (config.floatx(), config.learning_phase(), backend.name, backend.settings())
        return cls(model, (mode, tuple(tree.flatten_with_path(spec)), *settings), now)

    def find(self, prepare: Callable[[Any], None]) -> tuple[Any, Any, Any, Any] | None:
        """Return program, executable, result and logs of a step, of this model's variables.

        Parameters
        ----------
        prepare : callable
            Makes of outputs what else a first trace makes.
        """
        with _lock:
            known = _steps.get(self.key)
            if known is None:
                return None
            _steps.move_to_end(self.key)
        prepare(known.predicted)
        now: Likeness | None = self.now
        if self.now.digest != known.after:
            now = _now(self.model)
        if now is None or now.digest != known.after:
            return None
        found = kept(known.key, [now.variables[place] for place in known.places])
        return None if found is None else (*found, known.result, known.logs)

    def keep(
        self, key: Any, variables: list[Any], predicted: Any, result: Any, logs: dict[str, Any]
    ) -> None:
        """Keep the step that was traced, if all its variables are the model's."""
        after = _now(self.model)
        if after is None:
            return
        places = {variable: place for place, variable in enumerate(after.variables)}
        if all(variable in places for variable in variables):
            found = [places[variable] for variable in variables]
            with _lock:
                _steps[self.key] = _Traced(key, found, after.digest, predicted, result, logs)
                while len(_steps) > limits.reused:
                    _steps.popitem(last=False)


def _now(model: Any) -> Likeness | None:
    return likeness(model, registry.packages() | {"cornu"})


def _unlock() -> None:
    """In a forked child: another thread of the parent may have held the lock."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)
