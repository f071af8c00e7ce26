"""A trace that knows its numbers: `run_eagerly=True`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine.graph import Node
from cornu_engine.reference import evaluate
from cornu_engine.trace import Trace


class EagerTrace(Trace):
    """A trace whose inputs carry values, so that a node's number may be asked for.

    Examples
    --------
    >>> with EagerTrace() as trace:
    ...     y = trace.input("x", (2,), "float32", np.float32([1, 2])) * 2
    ...     float(y[1])
    4.0
    """

    eager = True

    def __init__(self, name: str = "trace", in_vain: bool = False) -> None:
        super().__init__(name, in_vain)
        self.values: dict[Node, Any] = {}

    def input(self, name: str, shape: Sequence[int], dtype: Any = None, value: Any = None) -> Node:
        """Declare an input and its value."""
        node = super().input(name, shape, dtype)
        if value is not None:
            self.values[node] = value
        return node

    def value_of(self, node: Node) -> Any:
        """Return the number behind a node of an eager trace."""
        for variable, stand_in in self.variables.items():
            self.values.setdefault(stand_in, variable.array)
        return evaluate([node], self.values)[0]

    def commit(self) -> None:
        """Write the recorded updates of an eager trace into the variables."""
        values = {v: np.array(self.value_of(node)) for v, node in self.updates.items()}
        for variable, value in values.items():
            variable.write(value)
            if variable.home is not None:
                variable.home.push(variable)
