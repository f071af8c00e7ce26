"""`tf.lookup`: tables from keys to values, known from the start."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np

from cornu_keras.compat.tensorflow.kinds import as_dtype
from cornu_keras.compat.tensorflow.values import as_tensors, convert_to_tensor

__all__ = [
    "KeyValueTensorInitializer", "StaticHashTable", "StaticVocabularyTable", "TextFileIndex",
    "TextFileInitializer", "experimental",
]  # fmt: skip


class TextFileIndex:
    """What of a line is meant."""

    WHOLE_LINE, LINE_NUMBER = -2, -1


class KeyValueTensorInitializer:
    """Keys and their values."""

    def __init__(
        self,
        keys: Any,
        values: Any,
        key_dtype: Any = None,
        value_dtype: Any = None,
        name: Any = None,
    ) -> None:
        self.pairs = dict(zip(_flat(keys), _flat(values), strict=True))
        told = convert_to_tensor(values).dtype if value_dtype is None else value_dtype
        self.value_dtype = as_dtype(told)


class TextFileInitializer(KeyValueTensorInitializer):
    """Keys and values that stand in the lines of a file."""

    def __init__(
        self, filename: Any, key_dtype: Any, key_index: int, value_dtype: Any, value_index: int,
        vocab_size: Any = None, delimiter: str = "\t", name: Any = None,
        value_index_offset: int = 0,
    ) -> None:  # fmt: skip
        lines = Path(str(filename)).read_text(encoding="utf-8").splitlines()[:vocab_size]

        def column(index: int, dtype: Any) -> list[Any]:
            if index == TextFileIndex.LINE_NUMBER:
                return [n + value_index_offset for n in range(len(lines))]
            whole = index == TextFileIndex.WHOLE_LINE
            fields = lines if whole else [line.split(delimiter)[index] for line in lines]
            return fields if as_dtype(dtype) == "string" else [int(field) for field in fields]

        keys, values = column(key_index, key_dtype), column(value_index, value_dtype)
        super().__init__(keys, values, key_dtype, value_dtype)


class StaticHashTable:
    """A table that gives a default for what it does not have.

    Examples
    --------
    >>> table = StaticHashTable(KeyValueTensorInitializer(["a", "b"], [1, 2]), -1)
    >>> table.lookup(["b", "c"]).numpy().tolist()
    [2, -1]
    """

    def __init__(
        self, initializer: Any, default_value: Any, name: Any = None,
        experimental_is_anonymous: bool = False,
    ) -> None:  # fmt: skip
        self._pairs = dict(initializer.pairs)
        self.value_dtype = initializer.value_dtype
        (self._default,) = _flat(default_value)

    def lookup(self, keys: Any, name: Any = None) -> Any:
        """Return the values of keys."""
        found = [self._of(key) for key in _flat(keys)]
        kind = object if self.value_dtype == "string" else str(self.value_dtype)
        return as_tensors(np.array(found, kind).reshape(np.shape(np.asarray(keys, object))))

    __getitem__ = lookup

    def _of(self, key: Any) -> Any:
        return self._pairs.get(key, self._default)

    def size(self, name: Any = None) -> Any:
        """Return how many keys there are."""
        return convert_to_tensor(np.int64(len(self._pairs)))


class StaticVocabularyTable(StaticHashTable):
    """A table that puts what it does not have into buckets behind its values."""

    def __init__(
        self, initializer: Any, num_oov_buckets: int, lookup_key_dtype: Any = None,
        name: Any = None, experimental_is_anonymous: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(initializer, -1)
        self._buckets = int(num_oov_buckets)

    def _of(self, key: Any) -> Any:
        if key in self._pairs:
            return self._pairs[key]
        return len(self._pairs) + zlib.crc32(str(key).encode()) % self._buckets

    def size(self, name: Any = None) -> Any:
        """Return how many keys and buckets there are."""
        return convert_to_tensor(np.int64(len(self._pairs) + self._buckets))


class experimental:
    """Tables that change."""

    class DenseHashTable(StaticHashTable):
        """A table into which keys are put."""

        def __init__(
            self, key_dtype: Any, value_dtype: Any, default_value: Any, empty_key: Any = None,
            deleted_key: Any = None, **_: Any,
        ) -> None:  # fmt: skip
            super().__init__(
                KeyValueTensorInitializer([], [], key_dtype, value_dtype), default_value
            )

        def insert(self, keys: Any, values: Any, name: Any = None) -> None:
            """Put keys with their values."""
            self._pairs.update(zip(_flat(keys), _flat(values), strict=True))

        def erase(self, keys: Any, name: Any = None) -> None:
            """Take keys out."""
            for key in _flat(keys):
                self._pairs.pop(key, None)

        remove = erase

        def export(self, name: Any = None) -> tuple[Any, Any]:
            """Return all keys and values."""
            keys, values = list(self._pairs), list(self._pairs.values())
            return convert_to_tensor(keys), convert_to_tensor(values)

    MutableHashTable = DenseHashTable


def _flat(values: Any) -> list[Any]:
    flat = np.asarray(values, object).reshape(-1).tolist()
    flat = [x.item() if isinstance(x, np.generic) else x for x in flat]
    return [x.decode() if isinstance(x, bytes) else x for x in flat]
