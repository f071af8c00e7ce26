"""Texts as sequences of word numbers, or as vectors of counts."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from cornu.base import HostLayer
from cornu_engine.errors import DataError, near_matches
from cornu_preprocessing.arguments import whole
from cornu_preprocessing.feature_layers.adapting import batches_of
from cornu_preprocessing.feature_layers.category_encoding import refuse_sparse
from cornu_preprocessing.feature_layers.string_lookup import StringLookup
from cornu_preprocessing.feature_layers.strings import as_strings, is_nested
from cornu_preprocessing.feature_layers.tokens import SPLITS, STANDARDIZE, ngrams_of
from cornu_preprocessing.feature_layers.vocabulary import of_file
from cornu_preprocessing.sequence import pad_sequences
from cornu_preprocessing.text.matrix import count_matrix

__all__ = ["TextVectorization"]


class TextVectorization(HostLayer):
    """Turn texts into word numbers: standardise, split, join to n-grams, look up.

    The vocabulary is given, or learned by `adapt`. It stays in the configuration, and with it
    in saved files. The layer works on arrays, and at the beginning of a model that takes text:
    `cornu.Input((1,), dtype="string")`.

    Parameters
    ----------
    max_tokens : int, optional
        How many numbers there may be, those for padding and unknown words included.
    standardize : str, callable or None
        "lower_and_strip_punctuation", "lower", "strip_punctuation": ASCII letters and signs, as in
        Keras. A function takes an array of strings and returns another; to lower all scripts,
        `np.char.lower`.
    split : str, callable or None
        "whitespace" or "character"; None where texts are tokens already. A function takes an array
        of strings and returns a list of lists.
    ngrams : int or tuple of int, optional
        Which runs of tokens are terms: an integer n means all up to n.
    output_mode : "int", "multi_hot", "count", "tf_idf" or "one_hot"
        A row of word numbers, or a vector per text as of `StringLookup`.
    output_sequence_length : int, optional
        For "int": rows are cut or filled up with 0 to it, and else filled up to the longest.
    pad_to_max_tokens : bool
        Whether vectors have the length `max_tokens` even where the vocabulary is smaller.
    vocabulary : sequence of str, or path, optional
    idf_weights : sequence of float, optional
        One for each word of the vocabulary, for "tf_idf".
    sparse, ragged : bool
        Only False: results are dense.
    encoding : str
        Of texts that are given as bytes.

    Notes
    -----
    Input of shape (texts,) or (texts, 1); with `split=None` the tokens of one text, or a list of
    them for each text. Output (texts, length), int64, in "int" mode; else
    (texts, vocabulary). 0 is padding and 1 any unknown word in "int" mode; else 0 is any unknown
    word.

    Examples
    --------
    >>> from cornu import layers
    >>> layer = layers.TextVectorization()
    >>> layer.adapt(["The cat sat.", "The cat, the dog!"])
    >>> layer.get_vocabulary()
    ['', '[UNK]', 'the', 'cat', 'sat', 'dog']
    >>> layer(["A dog sat", "The cat"])
    array([[1, 5, 4],
           [2, 3, 0]])
    """

    text = True

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: str | Callable[..., Any] | None = "lower_and_strip_punctuation",
        split: str | Callable[..., Any] | None = "whitespace",
        ngrams: int | Sequence[int] | None = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        of_lookup = {k: kwargs.pop(k) for k in ("has_input_vocabulary",) if k in kwargs}
        kwargs.pop("vocabulary_size", None)  # in the files of Keras
        super().__init__(name=name, **kwargs)
        _check_step("standardize", standardize, STANDARDIZE)
        _check_step("split", split, SPLITS)
        refuse_sparse(sparse)
        if ragged:
            raise DataError("ragged=True asks for ragged tensors, which Cornu has not.")
        whole("output_sequence_length", output_sequence_length, or_none=True)
        if output_sequence_length is not None and output_mode != "int":
            raise DataError(
                f"output_sequence_length goes with output_mode='int', not {output_mode!r}."
            )
        self.max_tokens = max_tokens
        self.standardize = standardize
        self.split = split
        self.ngrams = _lengths(ngrams)
        self.output_sequence_length = output_sequence_length
        self.pad_to_max_tokens = pad_to_max_tokens
        self.sparse = sparse
        self.ragged = ragged
        self.encoding = encoding
        self._lookup_layer = StringLookup(
            max_tokens=max_tokens,
            mask_token="",
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            encoding=encoding,
            name=self.name,
            **of_lookup,
        )
        self.output_mode = self._lookup_layer.output_mode

    # The vocabulary

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn the vocabulary: the most frequent terms of texts first.

        Parameters
        ----------
        data : array, list, data set, generator
            Of texts.
        batch_size : int, optional
            Accepted for Keras' sake.
        steps : int, optional
            How many batches of an iterable to use.
        """
        self.reset_state()
        for batch in batches_of(data, steps, self.name):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Count the terms of a batch of texts."""
        if self.split is None and not _is_many(data):  # each is a text of its own, as in Keras
            data = np.reshape(data, (-1, 1))
        self._lookup_layer.update_state(self._terms(data)[0])

    def finalize_state(self) -> None:
        """Make the vocabulary of what was counted."""
        self._lookup_layer.finalize_state()

    def reset_state(self) -> None:
        """Forget what was counted."""
        self._lookup_layer.reset_state()

    def build(self, input_shape: Any = None) -> None:
        """Do nothing: there are no weights."""

    def save_assets(self, dir_path: str | os.PathLike[str]) -> None:
        """Write a learned vocabulary to a folder; see `StringLookup.save_assets`."""
        self._lookup_layer.save_assets(dir_path)

    def load_assets(self, dir_path: Mapping[str, bytes] | str | os.PathLike[str]) -> None:
        """Take the vocabulary of a folder; see `StringLookup.load_assets`."""
        self._lookup_layer.load_assets(dir_path)

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replace the vocabulary; see `StringLookup.set_vocabulary`."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """Return the terms in the order of their numbers."""
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """Return how many numbers there are, the special ones included."""
        return self._lookup_layer.vocabulary_size()

    # Texts

    def call(self, inputs: Any) -> np.ndarray:
        """Return numbers or vectors for texts.

        Parameters
        ----------
        inputs : str, list or array of them
            Of shape (texts,) or (texts, 1).
        """
        texts, shape = self._terms(inputs)
        flat = self._lookup_layer.indices([term for terms in texts for term in terms])
        ends = np.cumsum([len(terms) for terms in texts])
        rows = np.split(flat, ends[:-1]) if len(texts) else []
        result = self._numbers(rows) if self.output_mode == "int" else self._vectors(rows)
        return result.reshape(*shape, *result.shape[1:])  # of a single text, without the first axis

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Return (texts, length) or (texts, vocabulary) for (texts,) or (texts, 1)."""
        if self.output_mode == "int":
            return (*input_shape[:1], self.output_sequence_length)
        return (*input_shape[:1], self._lookup_layer._depth())

    @property
    def _output_dtype(self) -> str:
        return self._lookup_layer._output_dtype

    def _numbers(self, rows: list[np.ndarray]) -> np.ndarray:
        length = self.output_sequence_length
        if length is None:
            length = max(map(len, rows), default=0)
        return pad_sequences(rows, length, "int64", padding="post", truncating="post")

    def _vectors(self, rows: list[np.ndarray]) -> np.ndarray:
        lookup = self._lookup_layer
        if self.output_mode == "one_hot":
            lengths = {len(row) for row in rows}
            if len(lengths) > 1:
                raise DataError(
                    f"Layer {self.name!r} has output_mode='one_hot', and these texts have "
                    f"different numbers of terms, {sorted(lengths)}. 'multi_hot' takes any."
                )
            return lookup._encoded(np.array(rows))
        mode = "binary" if self.output_mode == "multi_hot" else "count"
        known = [row[row >= 0] for row in rows]
        counts = count_matrix(known, lookup._depth(), mode, {}, 0)
        if self.output_mode != "tf_idf":
            return counts.astype("int64")
        return lookup._weighed(counts.astype("float32"))

    def _terms(self, inputs: Any) -> tuple[list[list[str]], tuple[int, ...]]:
        """Return the terms of each text, and the shape that the texts have."""
        if self.split is None:  # the tokens of one text, or of each, maybe of different numbers
            many = _is_many(inputs)
            rows = inputs if many else [inputs]
            parts = [as_strings(part, self.encoding, self.name)[0] for part in rows]
            terms = [self._joined(self._standard(part)) for part in parts]
            return terms, (len(parts),) if many else ()
        texts, shape = as_strings(inputs, self.encoding, self.name)
        if (len(shape) > 1 and shape[-1] != 1) or len(shape) > 2:
            raise DataError(
                f"Layer {self.name!r} takes texts of shape (texts,) or (texts, 1), and was given "
                f"{shape}. For texts that are tokens already, pass split=None and lists."
            )
        terms = [self._joined(tokens) for tokens in self._split(self._standard(texts))]
        return terms, shape[:1]

    def _standard(self, texts: list[str]) -> list[str]:
        if self.standardize is None:
            return texts
        if isinstance(self.standardize, str):
            return [STANDARDIZE[self.standardize](text) for text in texts]
        made = self.standardize(np.array(texts, dtype=np.str_))
        return as_strings(np.asarray(made), self.encoding, self.name)[0]

    def _split(self, texts: list[str]) -> list[list[str]]:
        if self.split is None:
            return [[text] for text in texts]
        if isinstance(self.split, str):
            return [SPLITS[self.split](text) for text in texts]
        made = self.split(np.array(texts, dtype=np.str_))
        return [as_strings(list(tokens), self.encoding, self.name)[0] for tokens in made]

    def _joined(self, tokens: list[str]) -> list[str]:
        if self.ngrams is None:
            return tokens
        widths = range(1, self.ngrams + 1) if isinstance(self.ngrams, int) else self.ngrams
        return ngrams_of(tokens, tuple(widths))

    # Files

    def save_own_variables(self, store: Any) -> None:
        """Write the weights of "tf_idf" once more, as Keras does."""
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store: Any) -> None:
        """Read what `save_own_variables` wrote."""
        self._lookup_layer.load_own_variables(store)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments and the vocabulary, given or learned; never a path."""
        known = self._lookup_layer.get_config()
        learned = ("vocabulary", "idf_weights", "has_input_vocabulary")
        return {**super().get_config(), **{name: known[name] for name in learned}}

    get_config.derives = True  # type: ignore[attr-defined]  # subclasses need none of their own

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Make a layer of what `get_config` returned, here or in Keras."""
        return super().from_config(of_file(config))


def _is_many(tokens: Any) -> bool:
    return is_nested(tokens) or np.ndim(tokens) > 1


def _lengths(ngrams: Any) -> int | tuple[int, ...] | None:
    widths = (ngrams,) if ngrams is None or isinstance(ngrams, int) else tuple(ngrams)
    if widths != (None,) and not all(isinstance(n, int) and n > 0 for n in widths):
        raise DataError(f"ngrams={ngrams!r} must be an integer above 0, or a tuple of them.")
    return widths if ngrams is not None and not isinstance(ngrams, int) else widths[0]


def _check_step(name: str, step: Any, known: dict[str, Any]) -> None:
    if step is None or callable(step) or step in known:
        return
    hint = near_matches(str(step), known)
    listed = ", ".join(map(repr, known))
    raise DataError(f"{name}={step!r} must be one of {listed}, a function or None. {hint}".rstrip())
