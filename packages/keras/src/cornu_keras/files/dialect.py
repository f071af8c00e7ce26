"""Which Keras wrote a file, as far as its configurations differ."""

from __future__ import annotations

import re
from dataclasses import dataclass

HARD_SIGMOID = "cornu>keras2_hard_sigmoid"  # as files call the activation of this name in Keras 2
HARD_SIGMOID_3 = "cornu>hard_sigmoid"  # Keras 3's, where `hard_sigmoid` would mean Keras 2's


@dataclass(frozen=True)
class Dialect:
    """A writer of files.

    Attributes
    ----------
    version : tuple of int
        Its major and minor version, (2, 0) if unknown.
    of_tensorflow : bool
        Whether it is `tf.keras` or `tf_keras`.

    Examples
    --------
    >>> Dialect.of("2.2.4"), Dialect.of("2.2.4-tf").of_tensorflow, Dialect.of("3.15.1").is_keras3
    (Dialect(version=(2, 2), of_tensorflow=False), True, True)
    """

    version: tuple[int, int] = (2, 0)
    of_tensorflow: bool = False

    @classmethod
    def of(cls, version: str | None) -> Dialect:
        """Return the dialect of a `keras_version`."""
        numbers = re.match(r"(\d{1,4})\.(\d{1,4})", str(version or ""))
        found = (int(numbers[1]), int(numbers[2])) if numbers else (2, 0)
        return cls(found, (2, 4) <= found < (3, 0) or "tf" in str(version))

    @property
    def is_keras3(self) -> bool:
        """Whether it is Keras 3, or Cornu writing as Keras 3."""
        return self.version >= (3, 0)
