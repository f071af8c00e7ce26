"""Vectors for indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

import cornu_ops as ops
from cornu.base import InputSpec
from cornu_layers import arguments, validation
from cornu_layers.checks import where
from cornu_layers.quantization.quantizable import Quantizable

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import NamedOptions

    class EmbeddingOptions(NamedOptions, total=False):
        """What `Layer` takes and an embedding does not name itself."""

        weights: Any
        activity_regularizer: Any


class Embedding(Quantizable):
    r"""Turn each index into a vector that is learnt: $y = E_x$.

    Parameters
    ----------
    input_dim : int
        Number of indices: the largest one plus 1.
    output_dim : int
        Length of the vectors.
    embeddings_initializer : str or Initializer
        What $E$ starts from.
    embeddings_regularizer : str or Regularizer, optional
        Price on $E$.
    embeddings_constraint : str or Constraint, optional
        Set that $E$ is kept in.
    mask_zero : bool
        Whether 0 is padding, to be skipped by the layers that follow.
    input_length : int or tuple of int, optional
        Number of steps, where all sequences have the same (Keras 2), or the sizes of all axes but
        the first. As the first layer of a Sequential it makes the model known at once.
    lora_rank : int, optional
        Freeze $E$ and train a correction $A B$ of this rank instead.
    lora_alpha : float, optional
        The correction's factor is `lora_alpha / lora_rank`; 1 if None.
    quantization_config : Int8QuantizationConfig, optional
        Which quantizer the vectors have, where the policy is `"int8_from_float32"`.
    weights : array, optional
        First values of $E$.

    Notes
    -----
    Input `(batch, steps)` of integers (any shape will do), output `(batch, steps, output_dim)`.
    Weights: `embeddings` `(input_dim, output_dim)`.

    Raises
    ------
    ValueError
        When called on plain arrays with an index outside of `[0, input_dim)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.Embedding(input_dim=10, output_dim=4)
    >>> layer(np.array([[1, 2, 3]])).shape
    (1, 3, 4)

    References
    ----------
    Bengio et al., "A Neural Probabilistic Language Model" (2003),
    https://jmlr.org/papers/v3/bengio03a.html
    """

    adapted_name = "embeddings"
    adapted_role = "embeddings"
    rows_of_table = "input_dim"
    embeddings_initializer: Any
    embeddings_regularizer: Any
    embeddings_constraint: Any
    not_in_keras: ClassVar[dict[str, Any]] = {"input_length": None}

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Initial | None = "uniform",
        embeddings_regularizer: Named | None = None,
        embeddings_constraint: Named | None = None,
        mask_zero: bool = False,
        input_length: int | Sequence[int | None] | None = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Unpack[EmbeddingOptions],
    ) -> None:
        lengths = input_length if isinstance(input_length, (list, tuple)) else (input_length,)
        if input_length is not None and not kwargs.keys() & {"input_shape", "batch_input_shape"}:
            kwargs["input_shape"] = tuple(lengths)
        weights = kwargs.get("weights")
        if weights is not None and not isinstance(weights, (list, tuple)):
            kwargs["weights"] = [weights]
        super().__init__(**kwargs)
        self.input_dim = validation.positive_int(self, "input_dim", input_dim)
        self.output_dim = validation.positive_int(self, "output_dim", output_dim)
        arguments.keep_parameters(self, locals(), "embeddings")
        self.mask_zero = mask_zero
        self.input_length = input_length
        if input_length is not None:
            self.input_spec = InputSpec(shape=(None, *lengths))
        self.supports_masking = mask_zero
        self.keep_low_rank(lora_rank, lora_alpha)
        self.keep_quantization(quantization_config)
        if weights is not None:
            self.build()

    @property
    def embeddings(self) -> Any:
        """The table of vectors, with its correction if there is one."""
        return self.adapted()

    @property
    def input_dtype(self) -> str:
        """Dtype of the indices: a model that begins with this layer takes integers."""
        return "int32"

    def build(self, input_shape: Any = None) -> None:
        """Make the table of vectors; it does not depend on the input."""
        self.make_adapted((self.input_dim, self.output_dim))
        self.adapt()

    def call(self, inputs: Any) -> Any:
        """Return the vectors of the indices."""
        indices = ops.convert_to_tensor(inputs)
        if np.dtype(indices.dtype).name not in ("int32", "int64"):
            indices = ops.cast(indices, "int32")
        if isinstance(indices, np.ndarray):
            self._check_range(indices)
        if not self.is_int8:
            return ops.cast(ops.take(self.embeddings, indices, axis=0), self.compute_dtype)
        weight, scale = (ops.take(v, indices, axis=0) for v in self._int8_variables()[:2])
        rows = self.as_floats(weight, scale)
        if self.lora_enabled:
            rows = rows + ops.take(self._correction(), indices, axis=0)
        return rows

    def scale_axes(self, rank: int) -> tuple[int, ...]:
        """Return the last axis: each vector has a scale."""
        return (rank - 1,)

    def scale_of_weight(self, scale: Any) -> Any:
        """Return one scale for each row."""
        return ops.expand_dims(scale, axis=-1)

    def _check_range(self, indices: np.ndarray) -> None:
        if not indices.size or (indices.min() >= 0 and indices.max() < self.input_dim):
            return
        largest = int(indices.max())
        mend = (
            f"Make input_dim at least {largest + 1}."
            if largest >= self.input_dim
            else "Indices start at 0: shift them up."
        )
        raise ValueError(
            f"{where(self)} has vectors for the indices 0 to {self.input_dim - 1}; the input holds "
            f"{int(indices.min())} to {largest}. {mend}"
        )

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return which indices are not 0, if `mask_zero`."""
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape with the vectors' length appended."""
        return (*input_shape, self.output_dim)
