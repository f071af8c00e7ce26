"""Whether what was traced for one model serves the next: they consist of equal parts.

A step follows from what its model consists of, whatever the numbers in the variables are. So where
many models of one make are trained one after the other, as in a search over hyperparameters, the
step of the first is that of the next, with other variables.

That holds where all parts are published: what a function or class of a script means may hang on
more than its attributes, such as a global of the script, so nothing is known of a model with one.
"""

from __future__ import annotations

import copyreg
import hashlib
import io
import pickle
import sys
import weakref
from collections.abc import Collection
from types import FunctionType
from typing import Any, NamedTuple

from cornu_engine.variable import Variable

_BELOW = frozenset({"cornu_data", "cornu_engine", "cornu_ops", "numpy", *sys.stdlib_module_names})
# What a step runs of a class, and a script may have put another in its place.
_RUN = (
    *("__call__", "call", "update_state", "result", "update_step", "apply"),
    *("train_step", "test_step", "predict_step", "compute_loss", "compute_metrics"),
)
_NOTHING_KNOWN = (pickle.PicklingError, TypeError, AttributeError, RecursionError, ValueError)


class Likeness(NamedTuple):
    """What models of one make have in common, and the variables of this one."""

    digest: bytes
    variables: list[Variable]


def likeness(thing: Any, published: Collection[str]) -> Likeness | None:
    """Return what equals that of every thing which consists of equal parts, or None.

    A part says by `traced_from()` what of it counts; what does not say, all that pickle sees.

    Parameters
    ----------
    thing : object
        A model.
    published : collection of str
        Packages, beside those below, that classes and functions may come from.

    Examples
    --------
    >>> one, other = Variable([1.0], name="w"), Variable([2.0], name="w")
    >>> likeness([one, "sum"], ()).digest == likeness([other, "sum"], ()).digest
    True
    >>> likeness([one, "sum"], ()).digest == likeness([one, "mean"], ()).digest
    False
    >>> likeness(lambda x: x, ()) is None
    True
    """
    text = io.BytesIO()
    writer = _Writer(text, published)
    try:
        writer.dump(thing)
        writer.dump([getattr(kind, n) for kind in writer.kinds for n in _RUN if hasattr(kind, n)])
    except _NOTHING_KNOWN:
        return None
    return Likeness(hashlib.sha256(text.getbuffer()).digest(), writer.variables)


class _Writer(pickle.Pickler):
    """Writes what a step depends on, not to be read again."""

    def __init__(self, file: Any, published: Collection[str]) -> None:
        super().__init__(file, protocol=5)
        self.published = published
        self.variables: list[Variable] = []
        self.kinds: list[type] = []

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, (type, FunctionType)):
            origin = thing.__module__.partition(".")[0]
            if origin not in _BELOW and origin not in self.published:
                raise pickle.PicklingError(f"{thing!r} is of a script.")
            if isinstance(thing, type):
                self.kinds.append(thing)
            return NotImplemented
        if isinstance(thing, weakref.ref):
            return weakref.ref, (thing(),)
        kind = type(thing)
        if not hasattr(kind, "traced_from"):
            return NotImplemented
        if isinstance(thing, Variable):
            self.variables.append(thing)
        return copyreg.__newobj__, (kind,), thing.traced_from()  # type: ignore[attr-defined]
