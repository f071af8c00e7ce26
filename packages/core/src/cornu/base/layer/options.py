"""The arguments that every layer takes by name, as editors and type checkers know them.

A constructor that hands `**kwargs` on to `Layer` annotates them as `Unpack[LayerOptions]`, so that
a misspelt one is seen while it is written. One that names an argument of these itself takes a
smaller set, which lacks it.
"""

from __future__ import annotations

from typing import Any, TypedDict


class ShapeOptions(TypedDict, total=False):
    """The shape of the input, for the first layer of a model."""

    input_shape: Any
    batch_input_shape: Any
    batch_shape: Any
    batch_size: int | None


class PlaceOptions(ShapeOptions, total=False):
    """The shape of the input in Keras' older spellings too, and values of the weights."""

    input_dim: int | None
    input_length: int | None
    weights: Any


class NamedOptions(ShapeOptions, total=False):
    """What a layer is called, computes in and lets training move."""

    name: str | None
    dtype: Any
    trainable: bool
    autocast: bool


class PlainOptions(NamedOptions, PlaceOptions, total=False):
    """All that `Layer` takes, beside a regularizer of its outputs."""


class LayerOptions(PlainOptions, total=False):
    """All that `Layer` takes."""

    activity_regularizer: Any
