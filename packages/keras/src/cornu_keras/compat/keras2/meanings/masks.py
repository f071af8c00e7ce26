"""Masks as Keras 2 handed them on, in calls and where `compute_mask` is called by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cornu_ops as ops
from cornu.base.layer import KerasTensor
from cornu_engine import tree
from cornu_engine.trace import op

__all__ = ["EveryInput", "MaskOfSteps", "of_symbols"]


def of_symbols(find: Callable[..., Any], inputs: Any, mask: Any) -> Any:
    """Return what a function of values makes of inputs and mask; symbolic where these are.

    Parameters
    ----------
    find : callable
        `find(inputs, mask)` returns a mask, a list of them, or None.
    inputs, mask : value or symbolic tensor, or list of them
    """
    if not any(isinstance(x, KerasTensor) for x in tree.flatten((inputs, mask))):
        return find(inputs, mask)
    structure: list[Any] = []

    @op
    def compute_mask(inputs: Any, mask: Any) -> list[Any]:
        structure[:] = [find(inputs, mask)]
        return [m for m in tree.flatten(structure) if m is not None]

    made = iter(compute_mask(inputs, mask))
    return tree.map_structure(lambda m: None if m is None else next(made), structure)[0]


class EveryInput:
    """`Concatenate`: what counts, counts in every input."""

    axis: int

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Lay inputs side by side, of which there are two or more."""
        if isinstance(inputs, (list, tuple)) and len(inputs) < 2:
            raise ValueError(
                "A `Concatenate` layer should be called on a list of at least 2 inputs. Call "
                f"{self.name} on [a, b], or leave it out."  # type: ignore[attr-defined]
            )
        return super().__call__(inputs, *args, **kwargs)  # type: ignore[misc]

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the masks side by side; an input without one counts everywhere."""
        mask = self.check_masks(inputs, mask)  # type: ignore[attr-defined]
        if mask is None or all(m is None for m in mask):
            return None
        masks = [_spread(m, x) for x, m in zip(inputs, mask, strict=True)]
        return ops.all(ops.concatenate(masks, axis=self.axis), axis=-1)


def _spread(mask: Any, x: Any) -> Any:
    """Return a mask with the axes of the value it belongs to."""
    if mask is not None and len(mask.shape) == len(x.shape):
        return ops.cast(mask, "bool")
    present = ops.ones_like(x, dtype="bool")
    return present if mask is None else ops.logical_and(ops.expand_dims(mask, -1), present)


class MaskOfSteps:
    """`TimeDistributed`: the layer inside says the mask of each step."""

    layer: Any

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the masks of the steps; where the layer has none, which steps count at all."""
        return of_symbols(self._mask_of_steps, inputs, mask)

    def _mask_of_steps(self, inputs: Any, mask: Any) -> Any:
        batch, steps = inputs.shape[:2]
        flat = ops.reshape(inputs, (batch * steps, *inputs.shape[2:]))
        of_steps = None if mask is None else ops.reshape(mask, (batch * steps, *mask.shape[2:]))
        found = self.layer.compute_mask(flat, of_steps)
        if found is not None:
            return ops.reshape(found, (batch, steps, *found.shape[1:]))
        if mask is None or len(mask.shape) == 2:
            return mask
        return ops.any(mask, axis=tuple(range(2, len(mask.shape))))
