"""The plugin hooks of this distribution: what it hands to Cornu."""

from __future__ import annotations

from collections.abc import Sequence

from cornu.plugins import hookimpl
from cornu.plugins.hookspecs import Offer


@hookimpl
def cornu_layers() -> Sequence[Offer]:
    """Layers and their functional forms, under their present and older names."""
    from cornu.plugins.stubs import offers_of_stub

    return offers_of_stub("cornu_layers")


@hookimpl
def cornu_activations() -> list[Offer]:
    """Activation functions."""
    from cornu_layers.activations import ACTIVATIONS, ALIASES

    return [*ACTIVATIONS, *ALIASES]


@hookimpl
def cornu_initializers() -> list[Offer]:
    """Initializers."""
    from cornu_layers.initializers import ALIASES, INITIALIZERS

    return [*INITIALIZERS, *ALIASES]


@hookimpl
def cornu_regularizers() -> list[Offer]:
    """Regularizers."""
    from cornu_layers.regularizers import ALIASES, REGULARIZERS

    return [*REGULARIZERS, *ALIASES]


@hookimpl
def cornu_constraints() -> list[Offer]:
    """Constraints."""
    from cornu_layers.constraints import ALIASES, CONSTRAINTS

    return [*CONSTRAINTS, *ALIASES]


@hookimpl
def cornu_objects() -> list[Offer]:
    """An activation that only files name."""
    return [
        ("cornu>keras2_hard_sigmoid", "cornu_layers.activations.sigmoids:keras2_hard_sigmoid"),
    ]
