"""From the name of a class to the one that Keras gives its objects and functions."""

from __future__ import annotations

import re


def snake_case(name: str) -> str:
    """Return a class name in lower case, words joined by underscores.

    Examples
    --------
    >>> snake_case("Conv2DTranspose"), snake_case("ReLU"), snake_case("LSTM")
    ('conv2d_transpose', 're_lu', 'lstm')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
