"""Keras 2.3.1: `import cornu.compat.keras2 as keras`.

Names, defaults and meanings are those of Keras 2.3.1, over Cornu's parts. `api.txt` says the names.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cornu_keras.compat.dialect import Dialect
from cornu_keras.compat.keras2.rows import AROUND, MEANINGS, OLD_NAMES, OWN
from cornu_keras.compat.modules import face, install

__version__ = "2.3.1"


class Keras2(Dialect):
    """The dialect, in which seeds that nobody gave come from NumPy's generator."""

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Return a context in which names, strings and chance are what they were."""
        from cornu_keras.compat.keras2.meanings.chance import seeds_of_numpy

        with super().speaking(), seeds_of_numpy():
            yield


dialect = Keras2(__name__, OWN, MEANINGS, OLD_NAMES, AROUND)
install(dialect)
__getattr__, __dir__ = face(dialect, "")
