"""Vocabularies: how they are checked and read."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cornu_engine.errors import DataError, SavingError
from cornu_engine.files.rules import is_reading

__all__ = ["no_path", "of_file", "read_vocabulary", "without_special"]


def no_path(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the configuration of a layer, if its vocabulary is no path.

    Whoever wrote the configuration would choose what is read on the machine of whoever loads it.

    Raises
    ------
    SavingError
    """
    if isinstance(config.get("vocabulary"), (str, os.PathLike)):
        raise SavingError(
            f"A configuration holds the tokens of a vocabulary, no file of them; layer "
            f"{config.get('name')!r} names one. Make the layer with vocabulary=path, whose "
            "get_config() holds the tokens."
        )
    return config


def of_file(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments in a configuration that Keras or Cornu wrote.

    Weights of "tf_idf" that are not among them come with those of the model.

    Example
    -------
    >>> of_file({"output_mode": "tf_idf", "vocabulary": ["a"], "vocabulary_size": 2})
    {'output_mode': 'tf_idf', 'vocabulary': ['a'], 'has_input_vocabulary': False}
    """
    own = {key: value for key, value in no_path(config).items() if key != "vocabulary_size"}
    weighs = own.get("output_mode") in ("tf_idf", "tf-idf")
    if weighs and own.get("vocabulary") is not None and own.get("idf_weights") is None:
        own["has_input_vocabulary"] = False
    return own


def read_vocabulary(vocabulary: Any, name: str) -> list[Any]:
    """Return a vocabulary as a list: a sequence as it is, a path read line by line.

    Raises
    ------
    DataError
        If it is empty or not one-dimensional.
    """
    if isinstance(vocabulary, (str, os.PathLike)):
        if is_reading():
            no_path({"vocabulary": vocabulary, "name": name})
        path = Path(vocabulary)
        if not path.is_file():
            raise FileNotFoundError(f"Layer {name!r}: there is no vocabulary file {str(path)!r}.")
        vocabulary = path.read_text(encoding="utf-8").splitlines()
    tokens = vocabulary.tolist() if isinstance(vocabulary, np.ndarray) else list(vocabulary)
    if not tokens:
        raise DataError(f"Layer {name!r} was given an empty vocabulary.")
    if isinstance(tokens[0], (list, tuple)):
        raise DataError(f"Layer {name!r}: the vocabulary must be a flat list of tokens.")
    return [token.decode() if isinstance(token, bytes) else token for token in tokens]


def without_special(
    tokens: list[Any], special: list[Any], refused: Iterable[Any], name: str
) -> tuple[list[Any], bool]:
    """Return a vocabulary without the special tokens at its front, and whether it had them.

    Raises
    ------
    DataError
        If a token stands there twice, or a reserved one (of `refused`) in another place.
    """
    has_special = bool(special) and tokens[: len(special)] == special
    tokens = tokens[len(special) :] if has_special else tokens
    twice = [token for token, count in Counter(tokens).items() if count > 1]
    if twice:
        raise DataError(
            f"Layer {name!r}: the vocabulary has {', '.join(map(repr, twice[:5]))} more than once."
        )
    for token in refused:
        if token is not None and token in tokens:
            raise DataError(
                f"Layer {name!r}: the token {token!r} is reserved, and stands at "
                f"{tokens.index(token)} of the vocabulary. Leave all special tokens out, or begin "
                f"with {special}."
            )
    return tokens, has_special
