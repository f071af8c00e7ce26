"""Numbers as the number of the bin they lie in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu.base import Layer
from cornu_engine.errors import DataError
from cornu_preprocessing.arguments import whole
from cornu_preprocessing.feature_layers import quantiles
from cornu_preprocessing.feature_layers.adapting import batches_of
from cornu_preprocessing.feature_layers.category_encoding import refuse_sparse
from cornu_preprocessing.feature_layers.encoding import (
    check_output_mode,
    encode_indices,
)

__all__ = ["Discretization"]


class Discretization(Layer):
    """Turn numbers into the bins they lie in.

    Bin i holds what is not below boundary i - 1 and below boundary i; the first and last are open.
    Boundaries are given, or found by `adapt` so that all bins hold about the same number.

    Parameters
    ----------
    bin_boundaries : sequence of float, optional
        In ascending order.
    num_bins : int, optional
        How many bins `adapt` is to make; in place of `bin_boundaries`.
    epsilon : float
        How exact the boundaries that it finds are, as a part of the data.
    output_mode : "int", "one_hot", "multi_hot" or "count"
        The bin as int32, or vectors as of `CategoryEncoding`.
    sparse : bool
        Only False: results are dense.

    Examples
    --------
    >>> from cornu import layers
    >>> layers.Discretization([0.0, 1.0, 2.0])([[-1.5, 1.0, 3.4, 0.5]])
    array([[0, 2, 3, 1]], dtype=int32)
    """

    def __init__(
        self,
        bin_boundaries: Sequence[float] | None = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        refuse_sparse(sparse)
        if (num_bins is None) == (bin_boundaries is None):
            raise DataError(
                f"Pass either bin_boundaries or num_bins: {bin_boundaries=}, {num_bins=}."
            )
        whole("num_bins", num_bins, or_none=True)
        self.bin_boundaries = None if bin_boundaries is None else _ascending(bin_boundaries)
        self.num_bins = num_bins
        self.epsilon = epsilon
        self.output_mode = check_output_mode(output_mode, ("int", "one_hot", "multi_hot", "count"))
        self.sparse = sparse
        self.summary = quantiles.EMPTY

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Find the boundaries that cut data into `num_bins` parts of the same size.

        Parameters
        ----------
        data : array, list, data set, generator
        steps : int, optional
            How many batches of an iterable to use.
        """
        self.reset_state()
        for batch in batches_of(data, steps, self.name):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Add a batch to what is known of the data."""
        if self.num_bins is None:
            raise DataError(
                f"Layer {self.name!r} was given its bin_boundaries. Pass num_bins in their place "
                "to adapt it."
            )
        try:
            values = np.asarray(data, "float32")
        except (TypeError, ValueError) as error:
            raise DataError(f"Layer {self.name!r} adapts to numbers: {error}.") from error
        self.summary = quantiles.update(self.summary, values, self.epsilon)

    def finalize_state(self) -> None:
        """Set the boundaries by what is known of the data."""
        if self.num_bins is not None:
            self.bin_boundaries = quantiles.boundaries(self.summary, self.num_bins).tolist()

    def reset_state(self) -> None:
        """Forget what is known of the data."""
        self.summary = quantiles.EMPTY

    def call(self, inputs: Any) -> Any:
        """Return the bins."""
        if self.bin_boundaries is None:
            raise DataError(
                f"Layer {self.name!r} has no boundaries yet: call adapt(data) first, or pass "
                "bin_boundaries."
            )
        bins = ops.digitize(inputs, np.asarray(self.bin_boundaries, self.compute_dtype))
        count = len(self.bin_boundaries) + 1
        return encode_indices(bins, self.output_mode, count, self.output_dtype)

    def compute_output_spec(self, inputs: Any) -> Any:
        """Return the symbolic tensor that a call would return."""
        return super().compute_output_spec(inputs)

    @property
    def output_dtype(self) -> str:
        """The dtype of the result: int32 for "int", else that of the layer."""
        return "int32" if self.output_mode == "int" else self.compute_dtype

    def get_config(self) -> dict[str, Any]:
        """Return the arguments and the boundaries, found or given."""
        config = {**super().get_config(), "bin_boundaries": self.bin_boundaries}
        del config["trainable"]  # Keras' layer does not take it
        return config

    get_config.derives = True  # type: ignore[attr-defined]  # subclasses need none of their own

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Make a layer from what `get_config` returned.

        Parameters
        ----------
        config : dict
        custom_objects : dict, optional
            Accepted for Keras' sake: there is nothing of yours inside.
        """
        config = dict(config)
        boundaries = config.get("bin_boundaries") if config.get("num_bins") is not None else None
        if boundaries is not None:
            config.pop("bin_boundaries")
        layer = super().from_config(config)
        if boundaries is not None:
            layer.bin_boundaries = _ascending(boundaries)
        return layer

    def load_own_variables(self, store: Any) -> None:
        """Do nothing: the boundaries stand in the configuration."""


def _ascending(given: Sequence[float]) -> list[float]:
    values = np.asarray(given, "float64")
    if values.ndim != 1 or (np.diff(values) < 0).any() or np.isnan(values).any():
        raise DataError(f"bin_boundaries={given!r} must be numbers in ascending order.")
    return values.tolist()
