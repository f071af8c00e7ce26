"""Other values in variables for a while: what `stateless_call` and its like are made of."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from cornu_engine.errors import ShapeError
from cornu_engine.variable import Variable
from cornu_ops.core import copy

__all__ = ["lent", "values_of"]


def values_of(variables: Sequence[Variable]) -> list[Any]:
    """Return the values of variables, which stay what they are when the variables change."""
    return [copy(variable.value) for variable in variables]


@contextlib.contextmanager
def lent(**groups: tuple[Sequence[Variable], Sequence[Any]]) -> Iterator[None]:
    """Give variables other values inside a `with` block; their own come back at its end.

    Parameters
    ----------
    **groups
        Variables and a value for each, by what messages call them.

    Raises
    ------
    ShapeError
        If there are not as many values as variables.

    Examples
    --------
    >>> import numpy as np
    >>> x = Variable(np.ones(2))
    >>> with lent(variables=([x], [np.zeros(2)])):
    ...     inside = values_of([x])
    >>> inside[0], x.numpy()
    (array([0., 0.]), array([1., 1.]))
    """
    pairs: list[tuple[Variable, Any]] = []
    for name, (variables, values) in groups.items():
        values = list(values)
        if len(values) != len(variables):
            raise ShapeError(
                f"{name} must hold {len(variables)} values, one per variable; got {len(values)}."
            )
        pairs += zip(variables, values, strict=True)
    own = values_of([variable for variable, _ in pairs])
    try:
        for variable, value in pairs:
            variable.assign(value)
        yield
    finally:
        for (variable, _), value in zip(pairs, own, strict=True):
            variable.assign(value)
