"""The base of the layers that look tokens up in a vocabulary."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cornu.base import Layer
from cornu_engine import config
from cornu_engine.errors import DataError
from cornu_engine.files.atomic import atomically
from cornu_preprocessing.arguments import whole
from cornu_preprocessing.feature_layers.adapting import batches_of
from cornu_preprocessing.feature_layers.buckets import as_salt
from cornu_preprocessing.feature_layers.category_encoding import refuse_sparse
from cornu_preprocessing.feature_layers.counts import IntegerCounts, WordCounts, rarity
from cornu_preprocessing.feature_layers.encoding import (
    check_output_mode,
    encode_indices,
    encoded_shape,
)
from cornu_preprocessing.feature_layers.vocabulary import (
    of_file,
    read_vocabulary,
    without_special,
)

__all__ = ["IndexLookup"]

_VOCABULARY = "vocabulary.txt"  # Keras' name of the file
MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")


class IndexLookup(Layer):
    """A vocabulary, learned or given, and the arithmetic of its indices.

    The order of indices is the mask token (in "int" mode), then those for tokens outside the
    vocabulary, then the vocabulary. Subclasses write `_documents`, which reads a batch, and `call`.
    """

    _tokens: list[Any]
    _counting: type[WordCounts] | type[IntegerCounts]

    def __init__(
        self,
        max_tokens: int | None,
        num_oov_indices: int,
        mask_token: Any,
        oov_token: Any,
        vocabulary: Any,
        idf_weights: Any,
        invert: bool,
        output_mode: str,
        sparse: bool,
        pad_to_max_tokens: bool,
        oov_method: str,
        salt: Any,
        **kwargs: Any,
    ) -> None:
        given = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        for name in ("vocabulary_size", "dtype", "trainable"):  # in the files of Keras
            kwargs.pop(name, None)
        output_mode = check_output_mode(output_mode, MODES)
        kwargs["dtype"] = "int64" if output_mode == "int" else None
        super().__init__(**kwargs)
        self.autocast = False  # floats are refused, not cut
        refuse_sparse(sparse)
        whole("max_tokens", max_tokens, least=2, or_none=True)
        if pad_to_max_tokens and max_tokens is None:
            raise DataError("pad_to_max_tokens=True needs max_tokens.")
        whole("num_oov_indices", num_oov_indices, least=0)
        if invert and output_mode != "int":
            raise DataError(f"invert=True goes with output_mode='int', not {output_mode!r}.")
        if oov_method not in ("floormod", "farmhash"):
            raise DataError(f"oov_method={oov_method!r} must be 'floormod' or 'farmhash'.")
        if idf_weights is not None and output_mode != "tf_idf":
            raise DataError(f"idf_weights go with output_mode='tf_idf', not {output_mode!r}.")
        self.max_tokens = max_tokens
        self.num_oov_indices = num_oov_indices
        self.mask_token = mask_token
        self.oov_token = oov_token
        self.invert = invert
        self.output_mode = output_mode
        self.sparse = sparse
        self.pad_to_max_tokens = pad_to_max_tokens
        self.oov_method = oov_method
        self.salt = as_salt(salt)
        self.idf_weights: np.ndarray | None = None
        self._given = bool(given)
        self.reset_state()
        self._learn([])
        if vocabulary is not None and (given or idf_weights is not None):
            self.set_vocabulary(vocabulary, idf_weights)
        elif vocabulary is not None:  # learned, and read from a file that has weights elsewhere
            self._take(vocabulary, None)

    # The vocabulary

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the vocabulary: the most frequent tokens of data first.

        Parameters
        ----------
        data : array, list, data set, generator
            Of tokens. Each element of a flat list is a document of its own, as far as "tf_idf"
            counts documents.
        steps : int, optional
            How many batches of an iterable to use.

        Raises
        ------
        DataError
            If the vocabulary was given, or the data is empty or of the wrong kind.
        """
        self.reset_state()
        for batch in batches_of(data, steps, self.name):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Count the tokens of a batch."""
        if self._given:
            raise DataError(
                f"Layer {self.name!r} was made with a vocabulary, so it does not adapt. Make it "
                "without, or change the vocabulary with set_vocabulary()."
            )
        self._counts.add(self._documents(data))

    def finalize_state(self) -> None:
        """Make the vocabulary of what was counted."""
        if not self._counts:
            return
        limit = self.max_tokens - self._token_start if self.max_tokens else None
        tokens = self._counts.most_common(limit, (self.mask_token, self.oov_token))
        self._learn(tokens)
        if self.output_mode == "tf_idf":
            self._weigh(rarity(self._counts, tokens), has_special=False)
        self.reset_state()

    def reset_state(self) -> None:
        """Forget what was counted."""
        self._counts = self._counting(by_document=self.output_mode == "tf_idf")

    def save_assets(self, dir_path: str | os.PathLike[str]) -> None:
        """Write a learned vocabulary as Keras does: `vocabulary.txt`, a token in each line.

        One that was given stands in the configuration, as in Keras, and is not written.

        Parameters
        ----------
        dir_path : path
            Of a folder.
        """
        if not self._given:
            lines = "\n".join(map(str, self.get_vocabulary()))
            with atomically(Path(dir_path, _VOCABULARY)) as temporary:
                temporary.write_text(lines, encoding="utf-8")

    def load_assets(self, dir_path: Mapping[str, bytes] | str | os.PathLike[str]) -> None:
        """Take the vocabulary that `save_assets` wrote, here or in Keras.

        Parameters
        ----------
        dir_path : path of a folder, or dict of str to bytes
            The folder, or its files by name.

        Notes
        -----
        The weights of "tf_idf" stand among those of the model.
        """
        if self._given:
            return
        if isinstance(dir_path, Mapping):
            text = dir_path[_VOCABULARY]
        else:
            text = Path(dir_path, _VOCABULARY).read_bytes()
        tokens = text.decode("utf-8").rstrip("\n").split("\n")
        weights = self.idf_weights
        self._take(tokens, None if weights is None else weights[: len(tokens)])

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replace the vocabulary.

        Parameters
        ----------
        vocabulary : sequence, array, or path of a file with one token per line
            With or without the special tokens at its front. A file is read now: what is saved
            later is its tokens.
        idf_weights : sequence of float, optional
            One for each token, for "tf_idf".

        Raises
        ------
        DataError
            If it is empty, has a token twice or is larger than `max_tokens`.
        """
        if (idf_weights is not None) != (self.output_mode == "tf_idf"):
            raise DataError(
                f"Layer {self.name!r} has output_mode={self.output_mode!r}; idf_weights go with "
                "'tf_idf', which needs them along with a vocabulary."
            )
        self._take(vocabulary, idf_weights)

    def _take(self, vocabulary: Any, idf_weights: Any) -> None:
        tokens = [self._as_token(x) for x in read_vocabulary(vocabulary, self.name)]
        given = len(tokens)
        special = [self.mask_token] * self._oov_start + [self.oov_token] * self.num_oov_indices
        refused = (self.mask_token, self.oov_token if self.invert else None)
        tokens, has_special = without_special(tokens, special, refused, self.name)
        size = self._token_start + len(tokens)
        if self.max_tokens is not None and size > self.max_tokens:
            raise DataError(
                f"Layer {self.name!r} has max_tokens={self.max_tokens}, and the vocabulary {size} "
                "with its special tokens."
            )
        self._learn(tokens)
        if self.output_mode == "tf_idf":
            if idf_weights is None:  # they come with the weights of the model
                idf_weights = np.full(given, np.nan)
            weights = np.asarray(idf_weights, config.floatx())
            if weights.shape != (given,):
                raise DataError(
                    f"idf_weights has shape {weights.shape}; the vocabulary has {given} tokens."
                )
            self._weigh(weights, has_special)

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """Return the tokens in the order of their indices.

        Parameters
        ----------
        include_special_tokens : bool
            Whether those for masks and for unknown tokens are among them.
        """
        if not include_special_tokens:
            return list(self._tokens)
        special = [self.mask_token] * self._oov_start + [self.oov_token] * self.num_oov_indices
        return [*special, *self._tokens]

    def vocabulary_size(self) -> int:
        """Return how many indices there are, the special ones included."""
        return self._token_start + len(self._tokens)

    # Indices

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Return the shape of the numbers, or of their vectors."""
        return encoded_shape(tuple(input_shape), self.output_mode, self._depth())

    @property
    def _oov_start(self) -> int:
        return int(self.mask_token is not None and self.output_mode == "int")

    @property
    def _token_start(self) -> int:
        return self._oov_start + self.num_oov_indices

    @property
    def _mask_index(self) -> int:
        return 0 if self.output_mode == "int" else -1  # counts nowhere

    def _encoded(self, indices: Any) -> Any:
        """Return indices in the output mode of the layer."""
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        dtype = config.floatx() if self.output_mode == "tf_idf" else "int64"
        encoded = encode_indices(indices, mode, self._depth(), dtype)
        return encoded if self.output_mode != "tf_idf" else self._weighed(encoded)

    def _weighed(self, counts: Any) -> Any:
        weights: Any = self.idf_weights
        if isinstance(counts, np.ndarray) and np.isnan(weights).any():
            raise DataError(
                f"Layer {self.name!r} has a vocabulary, but no idf_weights: load them with those "
                "of the model, or call set_vocabulary(vocabulary, idf_weights)."
            )
        return counts * weights

    @property
    def _output_dtype(self) -> str:
        return config.floatx() if self.output_mode == "tf_idf" else "int64"

    def _depth(self) -> int:
        if self.pad_to_max_tokens and self.max_tokens is not None:
            return self.max_tokens
        self._require_vocabulary()
        return self.vocabulary_size()

    def _require_vocabulary(self) -> None:
        if not self._tokens:
            raise DataError(
                f"Layer {self.name!r} has no vocabulary yet: call adapt(data) first, or pass "
                "vocabulary."
            )

    def _learn(self, tokens: list[Any]) -> None:
        self.__dict__["_tokens"] = tokens

    def _weigh(self, weights: np.ndarray, has_special: bool) -> None:
        front = 0 if has_special else self._token_start
        average = weights.mean(dtype="float64") if weights.size else 0.0
        whole = np.concatenate((np.full(front, average), weights))
        back = self.max_tokens - len(whole) if self.pad_to_max_tokens and self.max_tokens else 0
        self.idf_weights = np.pad(whole, (0, back)).astype(config.floatx())

    # What subclasses know

    def _as_token(self, token: Any) -> Any:
        """Return a token of a vocabulary in the form it is looked up in."""
        return token

    def _documents(self, batch: Any) -> Any:
        """Return the tokens of a batch, by documents."""
        raise NotImplementedError(f"{type(self).__name__} must define _documents(self, batch).")

    # Files

    def save_own_variables(self, store: Any) -> None:
        """Write the weights of "tf_idf", where Keras has them."""
        if self.idf_weights is not None:
            store["idf_weights"] = self.idf_weights

    def load_own_variables(self, store: Any) -> None:
        """Read what `save_own_variables` wrote."""
        if self.output_mode != "tf_idf" or "idf_weights" not in store:
            return
        weights = np.asarray(store["idf_weights"], config.floatx())
        padded = self.max_tokens if self.pad_to_max_tokens else None
        count = padded or self.vocabulary_size()
        if weights.shape != (count,):
            raise DataError(
                f"Layer {self.name!r} has {count} tokens; the file has idf_weights of shape "
                f"{weights.shape}."
            )
        self.idf_weights = weights

    def get_config(self) -> dict[str, Any]:
        """Return the arguments and the vocabulary, given or learned; never a path."""
        weights = self.idf_weights
        if weights is not None:
            weights = weights[: self.vocabulary_size()].tolist()
        tokens = self.get_vocabulary(include_special_tokens=weights is not None)
        own = {
            "vocabulary": tokens if self._tokens else None,
            "idf_weights": weights if self._tokens else None,
            "has_input_vocabulary": self._given,
        }
        return {**super().get_config(), **own}

    get_config.derives = True  # type: ignore[attr-defined]  # subclasses need none of their own

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Make a layer of what `get_config` returned, here or in Keras."""
        return super().from_config(of_file(config))
