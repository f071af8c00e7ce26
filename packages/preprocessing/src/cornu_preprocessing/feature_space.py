"""Tables of mixed columns as arrays: one preparation per column, and crossings of columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cornu.base import HostLayer, KerasTensor
from cornu.configuration.config import deserialize
from cornu.models import Input
from cornu.plugins import registry
from cornu.saving import load_model, save_model, serialize_keras_object
from cornu_data.files.config_names import check_names
from cornu_data.files.file_kinds import ZIP_SIGNATURE
from cornu_engine import config, tree
from cornu_engine.errors import BadFileError, DataError, near_matches
from cornu_engine.files.atomic import atomically
from cornu_engine.files.jsontext import read_json, write_json
from cornu_engine.files.rules import Limits, reading
from cornu_preprocessing.feature_columns import Cross, Feature
from cornu_preprocessing.feature_layers.discretization import Discretization
from cornu_preprocessing.feature_layers.encoding import encode_indices
from cornu_preprocessing.feature_layers.hashed_crossing import HashedCrossing
from cornu_preprocessing.feature_layers.hashing import Hashing
from cornu_preprocessing.feature_layers.integer_lookup import IntegerLookup
from cornu_preprocessing.feature_layers.lookup import IndexLookup
from cornu_preprocessing.feature_layers.normalization import Normalization
from cornu_preprocessing.feature_layers.string_lookup import StringLookup
from cornu_preprocessing.feature_layers.text_vectorization import TextVectorization

__all__ = ["FeatureSpace"]

_LIMITS = Limits(text=Limits.total)  # vocabularies are texts


class FeatureSpace(HostLayer):
    """Turn a table of named columns into one array, or a dictionary of arrays.

    It works on arrays, in front of a model: `model.fit(space(table), y)`; and at its beginning:
    `cornu.Model(space.get_inputs(), …)` takes whole tables.

    Parameters
    ----------
    features : mapping of str to str or Feature
        For each column what it is: "float", "float_normalized", "float_rescaled",
        "float_discretized", "integer_categorical", "string_categorical", "integer_hashed",
        "string_hashed", or what the methods of these names return.
    output_mode : "concat" or "dict"
        One array, columns in alphabetical order and crossings behind them; or one for each.
    crosses : sequence, optional
        Groups of names of columns, or what `cross` returns.
    crossing_dim, hashing_dim, num_discretization_bins : int
        How many bins crossings, hashed and discretized columns have where nothing else is said.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu.utils import FeatureSpace
    >>> table = {"age": np.array([20.0, 40.0]), "city": np.array(["Rome", "Oslo"])}
    >>> space = FeatureSpace({"age": "float_normalized", "city": "string_categorical"})
    >>> space.adapt(table)
    >>> space(table)
    array([[-1.,  0.,  1.,  0.],
           [ 1.,  0.,  0.,  1.]], dtype=float32)
    """

    def __init__(
        self,
        features: Mapping[str, Any],
        output_mode: str = "concat",
        crosses: Sequence[Any] | None = None,
        crossing_dim: int = 32,
        hashing_dim: int = 32,
        num_discretization_bins: int = 32,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        if not features:
            raise DataError("features is empty: name at least one column.")
        if output_mode not in ("concat", "dict"):
            raise DataError(f"output_mode={output_mode!r} must be 'concat' or 'dict'.")
        self.output_mode = output_mode
        self.crossing_dim = crossing_dim
        self.hashing_dim = hashing_dim
        self.num_discretization_bins = num_discretization_bins
        self.features = {column: self._feature(column, kind) for column, kind in features.items()}
        self.crosses = [self._cross(group) for group in crosses or ()]
        self.crossers = {
            cross.name: HashedCrossing(cross.crossing_dim, name=cross.name)
            for cross in self.crosses
        }
        self._column_inputs: Any = None
        self._encoded_inputs: Any = None
        self._adapted = all(map(_knows, self.preprocessors.values()))

    @property
    def preprocessors(self) -> dict[str, Any]:
        """What prepares each column. What they have learned is in the configuration of the space,
        so they are no parts of it, and a file holds no weights of theirs.
        """
        return {name: feature.preprocessor for name, feature in self.features.items()}

    # Kinds of columns

    @classmethod
    def cross(
        cls, feature_names: Sequence[str], crossing_dim: int, output_mode: str = "one_hot"
    ) -> Cross:
        """Combine columns."""
        return Cross(feature_names, crossing_dim, output_mode)

    @classmethod
    def feature(cls, dtype: str, preprocessor: Any, output_mode: str) -> Feature:
        """Prepare a column by a layer of your own."""
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name: str | None = None) -> Feature:
        """Numbers as they are."""
        return Feature("float32", None, "float")

    @classmethod
    def float_rescaled(
        cls, scale: Any = 1.0, offset: Any = 0.0, name: str | None = None
    ) -> Feature:
        """Numbers, multiplied and shifted; needs cornu-layers."""
        layer = registry.attribute("layer", "Rescaling")
        return Feature("float32", layer(scale, offset, name=_named(name)), "float")

    @classmethod
    def float_normalized(cls, name: str | None = None) -> Feature:
        """Numbers with mean 0 and variance 1."""
        return Feature("float32", Normalization(axis=-1, name=_named(name)), "float")

    @classmethod
    def float_discretized(
        cls,
        num_bins: int | None,
        bin_boundaries: Sequence[Any] | None = None,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Numbers as the bins they lie in."""
        bins = num_bins if bin_boundaries is None else None
        layer = Discretization(bin_boundaries, bins, name=_named(name))
        return Feature("float32", layer, output_mode)

    @classmethod
    def integer_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Integers by a vocabulary."""
        layer = IntegerLookup(max_tokens, num_oov_indices, name=_named(name))
        return Feature("int32", layer, output_mode)

    @classmethod
    def string_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Words by a vocabulary."""
        layer = StringLookup(max_tokens, num_oov_indices, name=_named(name))
        return Feature("string", layer, output_mode)

    @classmethod
    def integer_hashed(
        cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """Integers by their hash."""
        return Feature("int32", Hashing(num_bins, name=_named(name)), output_mode)

    @classmethod
    def string_hashed(
        cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """Words by their hash."""
        return Feature("string", Hashing(num_bins, name=_named(name)), output_mode)

    # Use

    def adapt(self, dataset: Any) -> None:
        """Learn from a table what each column needs.

        Parameters
        ----------
        dataset : mapping of str to array, or iterable of such batches
        """
        batches = [dataset] if isinstance(dataset, Mapping) else dataset
        if not isinstance(batches, Iterable):
            raise DataError(f"Pass a dictionary of columns, or batches of them, not {dataset!r}.")
        batches = [self._columns(batch)[0] for batch in batches]
        for name, layer in self.preprocessors.items():
            if _learns(layer):
                layer.adapt(batch[name] for batch in batches)
        self._adapted = True

    def call(self, data: Mapping[str, Any]) -> Any:
        """Return the table as an array, or a dictionary of arrays.

        Parameters
        ----------
        data : mapping of str to array
            Columns of shape (batch,) or (batch, 1), or single values.
        """
        if not self._adapted:
            raise DataError(
                f"FeatureSpace {self.name!r} has not seen data yet: call adapt(table) first."
            )
        columns, single = self._columns(data)
        prepared = {name: self._prepared(name, column) for name, column in columns.items()}
        crossed = {
            cross.name: self.crossers[cross.name]([prepared[n] for n in cross.feature_names])
            for cross in self.crosses
        }
        parts = {
            name: self._encoded(name, part)
            for group in (prepared, crossed)
            for name, part in sorted(group.items())
        }
        if single:
            parts = {name: part[0] for name, part in parts.items()}
        if self.output_mode == "dict":
            return parts
        whole = [name for name, part in parts.items() if part.dtype.kind != "f"]
        if whole:
            raise DataError(
                f"Columns {', '.join(map(repr, whole))} are integers, which are not joined with "
                "numbers. Use output_mode='one_hot' for them, or output_mode='dict' for the space."
            )
        return np.concatenate(list(parts.values()), axis=-1)

    def get_encoded_features(self) -> Any:
        """Return what the space makes of `get_inputs()`: a model may begin before it or behind."""
        if self._encoded_inputs is None:
            self._encoded_inputs = self(self.get_inputs())
        return self._encoded_inputs

    def compute_output_spec(self, inputs: Any, **kwargs: Any) -> Any:
        """Return symbolic tensors of the shape and dtype that a call would return."""
        empty = {
            name: np.zeros((0, 1), _DTYPES.get(feature.dtype, feature.dtype))
            for name, feature in self.features.items()
        }
        return tree.map_structure(
            lambda part: KerasTensor((None, *part.shape[1:]), part.dtype), self.call(empty)
        )

    def get_inputs(self) -> Any:
        """Return symbolic inputs for the columns, by name: a model on them takes whole tables."""
        if self._column_inputs is None:
            self._column_inputs = {
                name: Input((1,), dtype=feature.dtype, name=name)
                for name, feature in self.features.items()
            }
        return self._column_inputs

    def save(self, filepath: Any) -> None:
        """Write the space, with what it has learned; `load` reads it back.

        Parameters
        ----------
        filepath : path
            Ending in `.keras` for a file that `load_model` reads too; JSON otherwise.
        """
        if Path(filepath).suffix == ".keras":
            return save_model(self, filepath)
        with atomically(filepath) as temporary:
            config = serialize_keras_object(self)
            check_names(config)  # what is written can be read
            temporary.write_text(write_json(config), encoding="utf-8")

    @classmethod
    def load(cls, filepath: Any) -> FeatureSpace:
        """Return the space that a file of `save` describes.

        Raises
        ------
        BadFileError
            If the file breaks one of the rules of `cornu_engine.files.rules`.
        """
        text = Path(filepath).read_bytes()
        with reading(filepath):
            if text.startswith(ZIP_SIGNATURE):
                space = load_model(filepath)
            else:
                config = read_json(text, _LIMITS)
                check_names(config)
                space = deserialize(config, kind="layer")
            if not isinstance(space, cls):
                raise BadFileError(f"{str(filepath)!r} holds no {cls.__name__}.", "kind")
            return space

    def get_config(self) -> dict[str, Any]:
        """Return the arguments, with what was learned."""
        return {
            "features": {name: f.get_config() for name, f in self.features.items()},
            "output_mode": self.output_mode,
            "crosses": [cross.get_config() for cross in self.crosses],
            "crossing_dim": self.crossing_dim,
            "hashing_dim": self.hashing_dim,
            "num_discretization_bins": self.num_discretization_bins,
            "name": self.name,
        }

    # Parts

    def _feature(self, column: str, kind: Any) -> Feature:
        if isinstance(kind, Feature):
            return kind
        if isinstance(kind, Mapping):
            return Feature.from_config(kind.get("config", kind))
        sizes = {
            "float_discretized": self.num_discretization_bins,
            "integer_hashed": self.hashing_dim,
            "string_hashed": self.hashing_dim,
        }
        if kind not in _KINDS:
            hint = near_matches(str(kind), _KINDS)
            raise DataError(
                f"features[{column!r}]={kind!r} must be one of {', '.join(_KINDS)}. {hint}"
            )
        sized = (sizes[kind],) if kind in sizes else ()
        return getattr(self, kind)(*sized, name=column)

    def _cross(self, group: Any) -> Cross:
        if isinstance(group, Mapping):
            group = Cross.from_config(group.get("config", group))
        cross = group if isinstance(group, Cross) else Cross(group, self.crossing_dim)
        unknown = [name for name in cross.feature_names if name not in self.features]
        if unknown:
            raise DataError(
                f"crosses names {', '.join(map(repr, unknown))}, which features does not."
            )
        return cross

    def _columns(self, data: Any) -> tuple[dict[str, np.ndarray], bool]:
        if not isinstance(data, Mapping):
            raise DataError(f"A FeatureSpace takes a dictionary of columns, not {data!r}.")
        missing = [name for name in self.features if name not in data]
        if missing:
            raise DataError(f"The table has no column {', '.join(map(repr, missing))}.")
        columns = {name: np.asarray(data[name]) for name in self.features}
        single = all(column.ndim == 0 for column in columns.values())
        shaped = {n: c.reshape(-1, 1) if c.ndim < 2 else c for n, c in columns.items()}
        lengths = {name: len(column) for name, column in shaped.items()}
        if len(set(lengths.values())) > 1:
            raise DataError(f"The columns differ in length: {lengths}.")
        return shaped, single

    def _prepared(self, name: str, column: np.ndarray) -> Any:
        layer = self.preprocessors[name]
        return column.astype(config.floatx()) if layer is None else layer(column)

    def _encoded(self, name: str, part: Any) -> Any:
        spec = self.features.get(name) or next(c for c in self.crosses if c.name == name)
        if spec.output_mode != "one_hot":
            return part
        count = _count(self.preprocessors.get(name) or self.crossers.get(name))
        if count is None or part.dtype.kind not in "iu":
            raise DataError(
                f"Column {name!r} has output_mode='one_hot', but it is not known how many values "
                "its preprocessor returns. Use 'int' or 'float'."
            )
        return encode_indices(part, "multi_hot", count, config.floatx())


_KINDS = (
    "float",
    "float_normalized",
    "float_rescaled",
    "float_discretized",
    "integer_categorical",
    "string_categorical",
    "integer_hashed",
    "string_hashed",
)
_DTYPES = {"string": "U1"}


def _learns(layer: Any) -> bool:
    """Tell whether a layer adapts: what it has to know was not given."""
    if isinstance(layer, Normalization):
        return layer.input_mean is None
    if isinstance(layer, Discretization):
        return layer.num_bins is not None
    if isinstance(layer, TextVectorization):
        return _learns(layer._lookup_layer)
    return hasattr(layer, "adapt") and not getattr(layer, "_given", False)


def _knows(layer: Any) -> bool:
    """Tell whether a layer need not adapt, since it was given or has learned what it has to."""
    if isinstance(layer, Discretization):
        return layer.bin_boundaries is not None
    if isinstance(layer, TextVectorization):
        return _knows(layer._lookup_layer)
    if isinstance(layer, IndexLookup):
        return bool(layer.get_vocabulary(include_special_tokens=False))
    return not _learns(layer)


def _count(layer: Any) -> int | None:
    """Return how many values a layer returns, where it is known."""
    if isinstance(layer, IndexLookup):
        return layer.vocabulary_size()
    if isinstance(layer, Discretization):
        return layer.num_bins or len(layer.bin_boundaries or ()) + 1  # adapt() may find fewer
    return getattr(layer, "num_bins", getattr(layer, "num_tokens", None))


def _named(column: str | None) -> str | None:
    return None if column is None else f"{column}_preprocessor"
