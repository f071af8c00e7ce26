"""What tf.keras has of its own: names that Cornu has no part for, and meanings of classes."""

from __future__ import annotations

# Name -> where it is.
OWN: dict[str, str] = {}

# Base class, and what stands before it in the dialect; the foremost first.
MEANINGS: list[tuple[str, str]] = []
