"""What the built-in cells have in common: two kernels, a bias, dropout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu import random
from cornu.base import Layer
from cornu_layers import arguments
from cornu_layers.checks import check_rank, known_size
from cornu_layers.recurrent.dropout import DropoutCell


class GatedCell(DropoutCell, Layer):
    """Base of SimpleRNNCell, GRUCell and LSTMCell.

    A subclass says how many `blocks` of `units` columns its kernels have and writes `call`.

    Attributes
    ----------
    kernel : (features, blocks * units)
    recurrent_kernel : (units, blocks * units)
    bias : (blocks * units,) or None
    """

    blocks: int
    bias_initializer: Any
    output_is_state = True  # the output is the first of the new states

    def store(
        self,
        units: int,
        activation: Any,
        use_bias: bool,
        dropout: float,
        recurrent_dropout: float,
        seed: int | None,
        implementation: int | None = None,
        **objects: Any,
    ) -> None:
        """Keep the arguments that all cells take."""
        self.units = arguments.positive_int("units", units)
        self.activation = arguments.activation(activation)
        self.use_bias = use_bias
        arguments.keep(self, **objects)
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        self.seed = seed
        self.seed_generator = random.SeedGenerator(seed)
        per_gate = self.recurrent_dropout > 0 or implementation == 1
        self.gates = self.blocks if per_gate else 1

    @property
    def state_size(self) -> Any:
        """Size of the state."""
        return self.units

    @property
    def output_size(self) -> int:
        """Size of the output."""
        return self.units

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of this shape."""
        check_rank(self, input_shape, ("features",))
        features = known_size(self, input_shape, -1, "features")
        columns = self.blocks * self.units
        self.kernel = arguments.add_parameter(self, "kernel", (features, columns))
        self.recurrent_kernel = arguments.add_parameter(
            self, "recurrent", (self.units, columns), name="recurrent_kernel"
        )
        self.bias = self.make_bias() if self.use_bias else None

    def make_bias(self) -> Any:
        """Make the bias."""
        return arguments.add_parameter(self, "bias", (self.blocks * self.units,))

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Return zeros, one array per state."""
        sizes = self.state_size if isinstance(self.state_size, list) else [self.state_size]
        return [np.zeros((batch_size, n), self.compute_dtype) for n in sizes]


def of_cell(*names: str) -> Any:
    """Let a layer around a cell show arguments of the cell as its own (class decorator).

    Examples
    --------
    >>> @of_cell("units")
    ... class Around:
    ...     class cell:
    ...         units = 3
    >>> Around().units
    3
    """

    def decorate(cls: Any) -> Any:
        for name in names:
            setattr(cls, name, property(_reader(name), doc=f"`{name}` of the cell."))
        return cls

    return decorate


def _reader(name: str) -> Any:
    return lambda self: getattr(self.cell, name)
