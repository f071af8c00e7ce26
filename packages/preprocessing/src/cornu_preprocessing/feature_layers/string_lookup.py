"""Words as numbers by a vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.base import HostLayer
from cornu_engine.errors import DataError, TracedValueError
from cornu_preprocessing.feature_layers.buckets import buckets
from cornu_preprocessing.feature_layers.counts import WordCounts
from cornu_preprocessing.feature_layers.lookup import IndexLookup
from cornu_preprocessing.feature_layers.strings import as_strings, is_nested

__all__ = ["StringLookup"]


class StringLookup(HostLayer, IndexLookup):
    """Turn words into their numbers in a vocabulary, or numbers into words.

    The vocabulary is given, or learned by `adapt`: the most frequent words first, of those
    equally frequent the last in alphabetical order first. It stays in the configuration, and with
    it in saved files. The layer works on arrays, and at the beginning of a model that takes text:
    `cornu.Input((1,), dtype="string")`.

    Parameters
    ----------
    max_tokens : int, optional
        How many numbers there may be, the special ones included.
    num_oov_indices : int
        How many numbers stand for words outside the vocabulary; from 2 on the word's hash chooses
        among them. With 0 such a word is an error.
    mask_token : str, optional
        A word that has index 0 in "int" mode, and counts nowhere in others.
    oov_token : str
        The word for numbers outside the vocabulary, with `invert`.
    vocabulary : sequence of str, or path, optional
        A file has one word per line.
    idf_weights : sequence of float, optional
        One for each word of the vocabulary, for "tf_idf".
    invert : bool
        Turn numbers into words.
    output_mode : "int", "one_hot", "multi_hot", "count" or "tf_idf"
        The number, or vectors as of `CategoryEncoding`; "tf_idf" multiplies counts with
        $\\ln(1 + N / (1 + d))$ for a word that occurs in d of N documents.
    pad_to_max_tokens : bool
        Whether vectors have the length `max_tokens` even where the vocabulary is smaller.
    sparse : bool
        Only False: results are dense.
    encoding : str
        Of words that are given as bytes.
    salt : int or two integers, optional
        Key of the hash that chooses among `num_oov_indices`.

    Examples
    --------
    >>> from cornu import layers
    >>> layer = layers.StringLookup(vocabulary=["a", "b", "c"])
    >>> layer([["a", "c", "z"]])
    array([[1, 3, 0]])
    >>> layers.StringLookup(vocabulary=["a", "b", "c"], invert=True)([[1, 3, 0]])
    array([['a', 'c', '[UNK]']], dtype=object)
    """

    _counting = WordCounts
    _table: dict[str, int]

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        self.encoding = encoding
        self.text = not invert
        super().__init__(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens,
            oov_method=kwargs.pop("oov_method", "floormod"),
            salt=salt,
            name=name,
            **kwargs,
        )

    def call(self, inputs: Any) -> np.ndarray:
        """Return numbers for words, vectors for words, or words for numbers.

        Parameters
        ----------
        inputs : str, list or array of them; of int with `invert`
        """
        if self.invert:
            return self._words(inputs)
        words, shape = as_strings(inputs, self.encoding, self.name)
        return self._encoded(self.indices(words).reshape(shape))

    def compute_output_spec(self, inputs: Any, **kwargs: Any) -> Any:
        """Return the symbolic tensor that a call would return."""
        if self.invert:
            raise TracedValueError(
                f"Layer {self.name!r} has invert=True, so it returns words, which no program does. "
                "Let it follow the model: layer(model.predict(x))."
            )
        return super().compute_output_spec(inputs, **kwargs)

    def indices(self, words: list[str]) -> np.ndarray:
        """Return the number of each word of a flat list, shape (len(words),), int64."""
        self._require_vocabulary()
        unknown = self._oov_start if self.num_oov_indices == 1 else -2
        table = self._table
        if self.mask_token is not None:
            table = {**table, self.mask_token: self._mask_index}
        numbers = np.fromiter((table.get(w, unknown) for w in words), "int64", len(words))
        if self.num_oov_indices == 1:
            return numbers
        places = np.flatnonzero(numbers == unknown)
        strange = [words[place] for place in places.tolist()]
        if strange and not self.num_oov_indices:
            some = ", ".join(map(repr, list(dict.fromkeys(strange))[:5]))
            raise DataError(
                f"Layer {self.name!r} does not know {some}, and num_oov_indices=0 leaves no number "
                "for what is outside the vocabulary. Pass num_oov_indices=1."
            )
        if strange:
            numbers[places] = self._oov_start + buckets(strange, self.num_oov_indices, self.salt)
        return numbers

    def _words(self, inputs: Any) -> np.ndarray:
        self._require_vocabulary()
        indices = np.asarray(inputs)
        if indices.dtype.kind not in "iu":
            raise DataError(
                f"Layer {self.name!r} has invert=True, so it takes integers, not {indices.dtype}."
            )
        vocabulary = np.array([*self.get_vocabulary(), self.oov_token], dtype=object)
        outside = len(vocabulary) - 1
        known = (indices >= 0) & (indices < outside)
        return vocabulary[np.where(known, indices, outside)]

    def _learn(self, tokens: list[Any]) -> None:
        super()._learn(tokens)
        start = self._token_start
        self.__dict__["_table"] = {token: start + i for i, token in enumerate(tokens)}

    def _as_token(self, token: Any) -> str:
        return str(token)

    def _documents(self, batch: Any) -> list[list[str]]:
        if is_nested(batch):
            return [as_strings(part, self.encoding, self.name)[0] for part in batch]
        words, shape = as_strings(batch, self.encoding, self.name)
        if self.output_mode != "tf_idf":  # which alone asks where one ends
            return [words]
        width = shape[-1] if len(shape) > 1 else 1
        return [words[i : i + width] for i in range(0, len(words), max(width, 1))]
