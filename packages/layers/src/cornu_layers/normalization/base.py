"""What layers that normalise have in common."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

from cornu.base import InputSpec
from cornu_data.shapes import show_shape
from cornu_engine.errors import ShapeError, quoted
from cornu_layers import arguments
from cornu_layers.checks import known_size, where
from cornu_layers.same_shape import SameShape
from cornu_layers.validation import number


def axes_argument(layer: Any, axis: Any) -> list[int]:
    """Return an argument that is an axis or a list of axes, as a list.

    Raises
    ------
    TypeError
        When it is neither.
    """
    listed = axis if isinstance(axis, (list, tuple)) else [axis]
    if not all(hasattr(a, "__index__") for a in listed):
        raise TypeError(
            f"{where(layer)}: axis must be an integer or a list of them; it is {quoted(axis)}."
        )
    return list(map(operator.index, listed))


class Normalization(SameShape):
    """Base of layers that normalise along axes of their input.

    Attributes
    ----------
    axis : int or sequence of int
        The axes, as they were given.
    """

    one_input = True
    axis: int | Sequence[int]

    def axes_of(self, shape: Sequence[int | None]) -> list[int]:
        """Return the axes as non-negative numbers, sorted.

        Raises
        ------
        ShapeError
            When an input of this shape has no such axis.
        """
        rank = len(shape)
        axes = [self.axis] if isinstance(self.axis, int) else list(self.axis)
        if not all(-rank <= a < rank for a in axes):
            raise ShapeError(
                f"{where(self)} normalises along axis {self.axis}, but its input of shape "
                f"{show_shape(shape)} has rank {rank}. Set axis to one between {-rank} and "
                f"{rank - 1}."
            )
        return sorted(a % rank for a in axes)

    def sizes_along(self, input_shape: Sequence[int | None]) -> tuple[int, ...]:
        """Return the sizes of the axes; only inputs with these fit from now on."""
        axes, rank = self.axes_of(input_shape), len(input_shape)
        sizes = {a: known_size(self, input_shape, a, "features") for a in axes}
        given = [self.axis] if isinstance(self.axis, int) else self.axis
        self.input_spec = InputSpec(axes={a: sizes[a % rank] for a in given})
        return tuple(sizes.values())

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the input's shape."""
        self.axes_of(input_shape)
        return tuple(input_shape)


class ScaledNormalization(Normalization):
    r"""Base of those that scale by a $\gamma$ and shift by a $\beta$ at the end.

    Attributes
    ----------
    center, scale : bool
        Whether there are a `beta` and a `gamma`.
    beta, gamma : Variable or None
    """

    center: bool
    scale: bool
    beta: Any
    gamma: Any
    beta_initializer: Any
    beta_regularizer: Any
    beta_constraint: Any
    gamma_initializer: Any
    gamma_regularizer: Any
    gamma_constraint: Any

    def keep_scaling(self, given: Mapping[str, Any]) -> None:
        """Store a constructor's arguments about `epsilon`, `beta` and `gamma`."""
        self.autocast = False  # statistics are taken in 32 bits at least
        self.epsilon = number(self, "epsilon", given["epsilon"])
        self.center = given["center"]
        self.scale = given["scale"]
        arguments.keep_parameters(self, given, "beta", "gamma")

    def make_scaling(self, shape: Sequence[int]) -> None:
        """Make `gamma` and `beta`, those that there are."""
        self.gamma = arguments.add_parameter(self, "gamma", shape) if self.scale else None
        self.beta = arguments.add_parameter(self, "beta", shape) if self.center else None
