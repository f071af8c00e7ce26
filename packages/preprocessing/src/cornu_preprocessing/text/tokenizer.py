"""A vocabulary of words, and texts as numbers by it."""

from __future__ import annotations

import json
import math
import warnings
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from cornu_engine.errors import DataError
from cornu_engine.interrupt import let_signals_through
from cornu_preprocessing.arguments import whole
from cornu_preprocessing.text.matrix import count_matrix
from cornu_preprocessing.text.words import FILTERS, check_text, text_to_word_sequence

__all__ = ["Tokenizer", "tokenizer_from_json"]


class Tokenizer:
    """A vocabulary learned from texts, most frequent words first, and what it makes of texts.

    Index 0 is given to no word, so that it may mean padding.

    Parameters
    ----------
    num_words : int, optional
        Only words with an index below it are used: the `num_words - 1` most frequent ones. All
        words are counted nonetheless.
    filters : str
        Characters that separate words besides `split`.
    lower : bool
        Whether to write everything in lower case.
    split : str
        What separates words.
    char_level : bool
        Whether each character is a token. This suits scripts without blanks between words.
    oov_token : str, optional
        Has index 1, and stands for words outside the vocabulary; without it they are left out.
    analyzer : callable, optional
        Makes the list of words of a text, in place of `filters`, `lower` and `split`. It is not
        kept in JSON.
    document_count : int
        How many texts were seen before.
    **kwargs
        `nb_words`, the name of `num_words` in Keras 1.

    Attributes
    ----------
    word_counts : OrderedDict of str to int
        How often each word occurs, in the order of first appearance.
    word_docs : dict of str to int
        In how many texts each word occurs.
    word_index : dict of str to int
        The index of each word, from 1.
    index_word : dict of int to str
        The other way round.
    index_docs : dict of int to int
        In how many texts the word of each index occurs.
    document_count : int
        How many texts were seen.

    Example
    -------
    >>> tokenizer = Tokenizer(oov_token="?")
    >>> tokenizer.fit_on_texts(["a rose is a rose", "a daisy"])
    >>> tokenizer.word_index
    {'?': 1, 'a': 2, 'rose': 3, 'is': 4, 'daisy': 5}
    >>> tokenizer.texts_to_sequences(["Is a tulip a rose?"])
    [[4, 2, 1, 2, 3]]
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        analyzer: Callable[[str], list[str]] | None = None,
        document_count: int = 0,
        **kwargs: Any,
    ) -> None:
        if "nb_words" in kwargs:
            num_words = kwargs.pop("nb_words")
        if kwargs:
            raise TypeError(
                f"Tokenizer does not take the argument(s) {', '.join(map(repr, kwargs))}."
            )
        self.num_words = num_words if not num_words else whole("num_words", num_words)
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.analyzer = analyzer
        self.document_count = document_count
        self.word_counts: dict[str, int] = OrderedDict()
        self.word_docs: dict[str, int] = defaultdict(int)
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}
        self.index_docs: dict[int, int] = defaultdict(int)

    # Learning

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Count the words of texts, and give each word its index.

        Called again, it adds to what was counted, and all indices are given anew.

        Parameters
        ----------
        texts : iterable of str, or of lists of tokens

        Raises
        ------
        DataError
            If a text is neither a string nor a list of tokens; the message says which.
        """
        counts: Counter[Any] = Counter(self.word_counts)
        for number, text in enumerate(self._many(texts)):
            tokens = self._tokens(text, number)
            self.document_count += 1
            counts.update(tokens)
            for word in dict.fromkeys(tokens):
                self.word_docs[word] = self.word_docs.get(word, 0) + 1
        self.word_counts = OrderedDict(counts)
        # sorting is stable: of words that are equally frequent, the one met first comes first
        words = sorted(counts, key=counts.__getitem__, reverse=True)
        if self.oov_token is not None:
            words.insert(0, self.oov_token)
        self.word_index = {word: index for index, word in enumerate(words, 1)}
        self.index_word = {index: word for word, index in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences: Sequence[Sequence[int]]) -> None:
        """Count in how many sequences each index occurs: what "tfidf" needs to know.

        Parameters
        ----------
        sequences : list of lists of int
        """
        self.document_count += len(sequences)
        for sequence in sequences:
            for index in set(sequence):
                self.index_docs[index] = self.index_docs.get(index, 0) + 1

    # Texts as numbers, and back

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """Return the indices of the words of each text.

        Parameters
        ----------
        texts : iterable of str, or of lists of tokens

        Returns
        -------
        list of lists of int
        """
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """Yield the indices of the words of each text."""
        oov = None if self.oov_token is None else self.word_index.get(self.oov_token)
        most = self.num_words or math.inf
        for number, text in enumerate(self._many(texts)):
            indices = map(self.word_index.get, self._tokens(text, number))
            if oov is None:
                yield [i for i in indices if i is not None and i < most]
            else:
                yield [oov if i is None or i >= most else i for i in indices]

    def sequences_to_texts(self, sequences: Iterable[Iterable[int]]) -> list[str]:
        """Return the words that indices stand for, separated by blanks."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Iterable[int]]) -> Iterator[str]:
        """Yield the words that the indices of each sequence stand for."""
        known = self.index_word
        if self.num_words:
            known = {i: word for i, word in known.items() if i < self.num_words}
        oov = None if self.oov_token is None else self.index_word[self.word_index[self.oov_token]]
        for number, sequence in enumerate(sequences):
            if not isinstance(sequence, Iterable):
                raise DataError(
                    f"sequences[{number}] is {sequence!r}, and must be a list of indices. For one "
                    "sequence pass a list of it."
                )
            words = [known.get(index, oov) for index in sequence]
            yield " ".join(word for word in words if word is not None)

    # Texts as matrices

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> np.ndarray:
        """Return one row per text and one column per word.

        Parameters
        ----------
        texts : iterable of str, or of lists of tokens
        mode : "binary", "count", "freq" or "tfidf"
            Whether a word occurs, how often, how often relative to the length of the text, or
            $(1 + \\ln c) \\ln(1 + N / (1 + d))$ for a word that occurs c times in the text,
            and in d of N texts that were fitted on.

        Returns
        -------
        ndarray
            Shape (texts, num_words), or (texts, len(word_index) + 1); float64.
        """
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(
        self, sequences: Sequence[Sequence[int]], mode: str = "binary"
    ) -> np.ndarray:
        """Return one row per sequence and one column per index; see `texts_to_matrix`.

        Raises
        ------
        DataError
            If there is neither `num_words` nor a vocabulary, if "tfidf" is asked for before
            fitting, or if the mode is unknown.
        """
        if not (self.num_words or self.word_index):
            raise DataError(
                "The number of columns is open: call fit_on_texts first, or pass num_words to "
                "Tokenizer."
            )
        if mode == "tfidf" and not self.document_count:
            raise DataError("mode='tfidf' needs to know texts: call fit_on_texts first.")
        columns = self.num_words or len(self.word_index) + 1
        return count_matrix(sequences, columns, mode, self.index_docs, self.document_count)

    # As JSON

    def get_config(self) -> dict[str, Any]:
        """Return arguments and counts; the counts as JSON texts, as Keras does."""
        counts = {name: json.dumps(getattr(self, name)) for name in _COUNTS}
        return {**{name: getattr(self, name) for name in _ARGUMENTS}, **counts}

    def to_json(self, **kwargs: Any) -> str:
        """Return a JSON text that `tokenizer_from_json` reads, here and in Keras.

        Parameters
        ----------
        **kwargs
            For `json.dumps`.
        """
        config = {"class_name": type(self).__name__, "config": self.get_config()}
        return json.dumps(config, **kwargs)

    def _many(self, texts: Any) -> Iterable[Any]:
        if not isinstance(texts, Iterable):
            raise DataError(f"texts is {texts!r}, and must be a list of texts.")
        if isinstance(texts, str) and not self.char_level:
            warnings.warn(
                "texts is one string, so each of its characters is taken for a text. For one text "
                "pass [text].",
                stacklevel=3,
            )
        return texts

    def _tokens(self, text: Any, number: int) -> Sequence[Any]:
        if isinstance(text, (list, tuple)):
            if not self.lower:
                return text
            for place, token in enumerate(text):
                check_text(token, f"texts[{number}][{place}]")
            return [token.lower() for token in text]
        check_text(text, f"texts[{number}]")
        if self.char_level:
            return text.lower() if self.lower else text
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)


_MOST_WORDS = 10_000_000  # columns of a matrix that a text may ask for
_ARGUMENTS = "num_words filters lower split char_level oov_token document_count".split()
_COUNTS = "word_counts word_docs index_docs index_word word_index".split()


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """Return the tokenizer that a JSON text describes, one that Keras wrote too.

    Raises
    ------
    DataError
        If the text describes no tokenizer.

    Example
    -------
    >>> tokenizer = Tokenizer()
    >>> tokenizer.fit_on_texts(["a b a"])
    >>> tokenizer_from_json(tokenizer.to_json()).word_index
    {'a': 1, 'b': 2}
    """
    try:
        config = dict(json.loads(json_string)["config"])
        counts = {name: json.loads(config.pop(name)) for name in _COUNTS}
        config.pop("analyzer", None)
        return _tokenizer(config, counts)
    except Exception as error:  # what a text may describe, nobody can list
        let_signals_through(error)
        raise DataError(
            f"This is no tokenizer as to_json() writes it: {type(error).__name__}: {error}."
        ) from error


def _tokenizer(config: dict[str, Any], counts: dict[str, Any]) -> Tokenizer:
    _check_arguments(config)
    tokenizer = Tokenizer(**config)
    word_counts, word_docs, word_index = (
        {_word(word): whole(name, number, least=0) for word, number in counts[name].items()}
        for name in ("word_counts", "word_docs", "word_index")
    )
    # JSON knows keys of text only
    index_docs = {int(i): whole("index_docs", n, least=0) for i, n in counts["index_docs"].items()}
    if max(word_index.values(), default=0) > len(word_index) + 1:
        raise ValueError("it has gaps between the indices of its words")
    tokenizer.word_counts = OrderedDict(word_counts)
    tokenizer.word_docs = defaultdict(int, word_docs)
    tokenizer.word_index = word_index
    tokenizer.index_word = {int(i): _word(word) for i, word in counts["index_word"].items()}
    tokenizer.index_docs = defaultdict(int, index_docs)
    return tokenizer


def _check_arguments(config: dict[str, Any]) -> None:
    whole("num_words", config.get("num_words"), least=0, or_none=True)
    if (config.get("num_words") or 0) > _MOST_WORDS:
        raise ValueError(f"num_words={config['num_words']}; {_MOST_WORDS:,} are the most")
    whole("document_count", config.get("document_count", 0), least=0)
    for name, kinds in (
        ("filters", str), ("split", str), ("lower", bool), ("char_level", bool),
        ("oov_token", (str, type(None))),
    ):  # fmt: skip
        if name in config and not isinstance(config[name], kinds):
            raise TypeError(f"{name}={str(config[name])[:60]!r}")


def _word(word: Any) -> str:
    if not isinstance(word, str):
        raise TypeError(f"{str(word)[:60]!r} is no word")
    return word
