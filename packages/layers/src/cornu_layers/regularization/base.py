"""What layers that disturb their input have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from cornu_data.shapes import show_shape
from cornu_engine.errors import ShapeError, quoted
from cornu_layers.checks import where
from cornu_layers.same_shape import SameShape
from cornu_layers.validation import about, positive_int
from cornu_ops import random


class Disturbance(SameShape):
    """Base of layers that disturb their input while training, and otherwise pass it on.

    A subclass writes `disturb(inputs)`, and calls `keep_seed` when it knows its strength.

    Attributes
    ----------
    rate : float
        How strong; at 0 nothing is drawn.
    noise_shape : tuple of int or None, optional
        Shape of what is drawn; the input's sizes stand for None.
    seed : int or None
        What was given.
    seed_generator : SeedGenerator
        What is drawn from, unless the rate is 0.
    """

    stateless = True
    not_in_keras: ClassVar[dict[str, Any]] = {"noise_shape": None}
    rate: float
    noise_shape: tuple[int | None, ...] | None = None

    @property
    def strength(self) -> float:
        """How strong the disturbance is; nothing happens at 0."""
        return self.rate

    def keep_seed(self, seed: int | None) -> None:
        """Store the seed, and make the generator if it is needed."""
        self.seed = seed
        if self.strength > 0:
            self.seed_generator = random.SeedGenerator(seed)

    def noise_shape_for(self, inputs: Any) -> tuple[int, ...] | None:
        """Return the shape of what is drawn for these inputs; None where it is theirs."""
        if self.noise_shape is None:
            return None
        if len(self.noise_shape) != len(inputs.shape):
            raise ShapeError(
                f"{where(self)} has noise_shape={self.noise_shape}, but its input of shape "
                f"{show_shape(inputs.shape)} has rank {len(inputs.shape)}. Give it one size (or "
                "None) for each axis, the batch included."
            )
        pairs = zip(inputs.shape, self.noise_shape, strict=True)
        return tuple(n if m is None else m for n, m in pairs)

    def disturb(self, inputs: Any) -> Any:
        """Return the inputs, disturbed; a subclass says how."""
        raise NotImplementedError

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return the inputs, disturbed if `training`."""
        return self.disturb(inputs) if training and self.strength > 0 else inputs


def as_noise_shape(owner: Any, value: Any) -> tuple[int | None, ...] | None:
    """Return the argument `noise_shape`.

    Raises
    ------
    ValueError
        When it is no tuple of sizes and None.

    Examples
    --------
    >>> as_noise_shape(None, [None, 1])
    (None, 1)
    """
    if value is None:
        return None
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError(
            f"{about(owner, 'noise_shape')} must be a tuple of sizes and None; it is "
            f"{quoted(value)}."
        )
    for size in value:
        if size is not None:
            positive_int(owner, "a size in noise_shape", size)
    return tuple(value)
