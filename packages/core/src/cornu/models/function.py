"""Functions described by symbolic tensors."""

from __future__ import annotations

from typing import Any

from cornu.base.layer import Operation
from cornu_data.symbolic.graph import LayerGraph
from cornu_data.symbolic.inputs import match_inputs


class Function(Operation):
    """A graph of operations without state: what lies between symbolic tensors, as a function.

    Parameters
    ----------
    inputs, outputs : KerasTensor, or nested structure of them
    name : str, optional

    Examples
    --------
    >>> import numpy as np
    >>> import cornu
    >>> x = cornu.Input((2,))
    >>> Function(x, x + 1.0)(np.zeros((1, 2), "float32"))
    array([[1., 1.]], dtype=float32)
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None) -> None:
        super().__init__(name=name)
        self._graph = LayerGraph(inputs, outputs)

    @property
    def inputs(self) -> list[Any]:
        """The symbolic inputs, as a flat list."""
        return list(self._graph.inputs)

    @property
    def outputs(self) -> list[Any]:
        """The symbolic outputs, as a flat list."""
        return list(self._graph.outputs)

    @property
    def operations(self) -> list[Any]:
        """What is called, in order."""
        return list(self._graph.operations)

    def __call__(self, inputs: Any) -> Any:
        """Return the outputs for some values of the inputs."""
        return self._graph.run(match_inputs(self._graph, inputs, f"{self.name!r}"))

    def call(self, inputs: Any) -> Any:
        """Return the outputs for some values of the inputs."""
        return self(inputs)
