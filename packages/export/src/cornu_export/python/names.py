"""What the values of a file are called: after the layer they come from, in a closed alphabet."""

from __future__ import annotations

import builtins
import keyword

from cornu_engine.sourcetext import identifier

_LONGEST = 36
_TAKEN = frozenset({*dir(builtins), *keyword.kwlist, *keyword.softkwlist, "np", "npt", "Array"})


class Names:
    """Gives out names, each once.

    Examples
    --------
    >>> names = Names(frozenset({"predict"}))
    >>> names.new("model/dense_1 matmul"), names.new("dense_1 matmul"), names.new("lambda")
    ('dense_1_matmul', 'dense_1_matmul_2', 'lambda_2')
    """

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._used = set(_TAKEN | taken)

    def new(self, hint: str) -> str:
        """Return an unused name that resembles the last part of a path."""
        base = identifier(hint.rsplit("/", 1)[-1]).lower()[:_LONGEST].strip("_") or "value"
        name, count = base, 1
        while name in self._used:
            count += 1
            name = f"{base}_{count}"
        self._used.add(name)
        return name
