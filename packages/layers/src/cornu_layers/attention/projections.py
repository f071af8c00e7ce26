"""Dense layers into and out of several heads."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cornu_layers.core.einsum_dense import EinsumDense

if TYPE_CHECKING:
    from cornu.base.accepted import Named

_ROLES = (
    "kernel_regularizer",
    "bias_regularizer",
    "kernel_constraint",
    "bias_constraint",
)


def projection(
    layer: Any,
    name: str,
    input_rank: int,
    bound: int,
    output_shape: Sequence[int],
    activation: Named | None = None,
) -> EinsumDense:
    """Return a dense layer over the last axes of its input.

    Parameters
    ----------
    layer : Layer
        Whose initializers, regularizers, constraints, `use_bias` and dtype it takes.
    name : str
        Of the new layer.
    input_rank : int
        With the batch axis.
    bound : int
        How many of the last axes are summed over.
    output_shape : sequence of int
        The axes that take their place.
    activation : str or callable, optional
        Applied at the end.
    """
    letters = string.ascii_lowercase
    free = letters[: input_rank - bound]
    summed = letters[input_rank - bound : input_rank]
    new = letters[input_rank : input_rank + len(output_shape)]
    dense = EinsumDense(
        f"{free}{summed},{summed}{new}->{free}{new}",
        output_shape=(*(None,) * (len(free) - 1), *output_shape),
        bias_axes=new if layer.use_bias else None,
        activation=activation,
        name=name,
        dtype=layer.dtype_policy,
        kernel_initializer=_own(layer.kernel_initializer),
        bias_initializer=_own(layer.bias_initializer),
        activity_regularizer=layer.activity_regularizer,
        **{role: getattr(layer, role) for role in _ROLES},
    )
    dense.supports_masking = True  # masks of query and value are the attention's affair
    return dense


def _own(initializer: Any) -> Any:
    """A new initializer like this one: shared, it would give every projection the same numbers."""
    return initializer.clone() if hasattr(initializer, "clone") else initializer
