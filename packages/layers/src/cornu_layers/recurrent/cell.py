"""What the built-in cells have in common: two kernels, a bias, dropout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from cornu.base import InputSpec, Layer
from cornu_engine.variable import zeros
from cornu_layers import arguments, validation
from cornu_layers.checks import check_rank, known_size
from cornu_layers.recurrent.dropout import DropoutCell
from cornu_layers.recurrent.kept import OfUnits
from cornu_ops import random


def keep_cell(cell: Any, given: dict[str, Any]) -> None:
    """Store the arguments of a cell, those that name an object as that object.

    Examples
    --------
    >>> from cornu.layers import Identity
    >>> cell = Identity()
    >>> keep_cell(cell, {"activation": "tanh", "dropout": 1.5, "seed": None})
    >>> cell.activation.__name__, cell.dropout
    ('tanh', 1.0)
    """
    for name, value in given.items():
        if name.endswith("activation"):
            value = arguments.activation(value)
        elif name.endswith("dropout"):
            value = min(1.0, max(0.0, validation.number(cell, name, value)))
        arguments.keep(cell, **{name: value})
    cell.seed_generator = random.SeedGenerator(given["seed"])


class GatedCell(OfUnits, DropoutCell, Layer):
    """Base of SimpleRNNCell, GRUCell and LSTMCell.

    A subclass says how many `blocks` of `units` columns its kernels have and writes `call`.

    Attributes
    ----------
    kernel : (features, blocks * units)
    recurrent_kernel : (units, blocks * units)
    bias : (blocks * units,) or None
    """

    not_in_keras: ClassVar[dict[str, Any]] = {"implementation": None}
    blocks: int
    output_is_state = True  # the output is the first of the new states

    def store(self, given: dict[str, Any]) -> None:
        """Keep the arguments of the constructor."""
        keep_cell(self, given)
        self.units = validation.positive_int(self, "units", self.units)
        per_gate = self.recurrent_dropout > 0 or given.get("implementation") == 1
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
        self.input_spec = InputSpec(ndim=2, axes={-1: features})
        columns = self.blocks * self.units
        self.kernel = arguments.add_parameter(self, "kernel", (features, columns))
        self.recurrent_kernel = arguments.add_parameter(
            self, "recurrent", (self.units, columns), name="recurrent_kernel"
        )
        self.bias = self.make_bias() if self.use_bias else None

    def make_bias(self) -> Any:
        """Make the bias."""
        return arguments.add_parameter(self, "bias", (self.blocks * self.units,))

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Return zeros, one array per state."""
        sizes = self.state_size if isinstance(self.state_size, list) else [self.state_size]
        return [zeros((batch_size, n), self.compute_dtype) for n in sizes]
