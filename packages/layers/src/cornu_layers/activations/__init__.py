"""Activation functions: what a layer applies to its output, and how a name becomes one.

Every function takes an array of any shape and returns one of the same shape (`glu` halves its
axis).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.plugins import registry
from cornu_layers.activations.gates import glu, log_softmax, softmax, sparsemax
from cornu_layers.activations.rectifiers import (
    hard_shrink,
    leaky_relu,
    linear,
    relu,
    relu6,
    soft_shrink,
    tanh_shrink,
    threshold,
)
from cornu_layers.activations.sigmoids import (
    hard_sigmoid,
    hard_tanh,
    log_sigmoid,
    sigmoid,
    softsign,
    sparse_sigmoid,
    tanh,
)
from cornu_layers.activations.smooth import (
    celu,
    elu,
    exponential,
    gelu,
    hard_silu,
    mish,
    selu,
    silu,
    softplus,
    sparse_plus,
    squareplus,
)

ACTIVATIONS: tuple[Callable, ...] = (
    celu,
    elu,
    exponential,
    gelu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    linear,
    log_sigmoid,
    log_softmax,
    mish,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh,
    tanh_shrink,
    threshold,
)
ALIASES: tuple[tuple[str, Callable], ...] = (
    ("swish", silu),
    ("hard_swish", hard_silu),
    ("exp", exponential),
)
ALONG_AN_AXIS = frozenset({glu, log_softmax, softmax, sparsemax})  # the rest work number by number


def get(identifier: Any) -> Callable:
    """Return the activation that a layer's argument names.

    Parameters
    ----------
    identifier : str, callable, dict or None
        A name, a function or layer, a saved configuration; None means `linear`.

    Raises
    ------
    ValueError
        For a name that no installed distribution provides, with the nearest ones.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.get("swish") is activations.silu
    True
    """
    return linear if identifier is None else registry.get("activation", identifier)
