"""Where data enters a functional or Sequential model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.base.layer import CallNode, KerasTensor, Layer
from cornu_data.shapes import SymbolicShape, as_shape
from cornu_data.symbolic.graph import LayerGraph
from cornu_data.text import value_dtype
from cornu_engine import config, tree


class InputLayer(Layer):
    """The layer behind `Input`: it makes a symbolic tensor and passes data through.

    Parameters
    ----------
    shape : tuple of int or None, optional
        Without the batch axis; `input_shape` in Keras 2.
    batch_size : int, optional
        A fixed size of the batch axis.
    dtype : str, optional
        `cornu.config.floatx()` if not given; `"string"` for text, which begins with a layer such
        as `TextVectorization`.
    sparse, ragged : bool, optional
        Accepted for Keras' sake; a program holds dense values, so both must be false.
    batch_shape : tuple of int or None, optional
        With the batch axis; `batch_input_shape` in Keras 2.
    input_tensor : KerasTensor, optional
        A symbolic tensor to take the shape from.
    optional : bool
        Whether None may be passed.
    name : str, optional

    Examples
    --------
    >>> InputLayer((28, 28, 1)).output.shape
    (None, 28, 28, 1)
    """

    def __init__(
        self,
        shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: Any = None,
        ragged: Any = None,
        batch_shape: Sequence[int | None] | None = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        shape = kwargs.pop("input_shape", None) if shape is None else shape
        batch_shape = kwargs.pop("batch_input_shape", None) if batch_shape is None else batch_shape
        kwargs.pop("trainable", None)
        super().__init__(name=name, **kwargs)
        if sparse or ragged:
            raise ValueError("Programs hold dense values only: leave sparse and ragged out.")
        if input_tensor is not None:
            if not isinstance(input_tensor, KerasTensor):
                kind, size = type(input_tensor).__name__, getattr(input_tensor, "shape", None)
                raise ValueError(
                    "An input takes a symbolic tensor made by cornu.Input; got "
                    f"{kind if size is None else f'{kind} of shape {tuple(size)}'}. Describe data "
                    "with Input(shape), and pass the data itself to the model."
                )
            wanted = {
                "batch_shape": batch_shape,
                "shape": shape,
                "batch_size": batch_size,
                "dtype": dtype,
            }
            _check_agrees(wanted, input_tensor)
            batch_shape, shape, dtype = input_tensor.shape, None, input_tensor.dtype
        if (shape is None) == (batch_shape is None):
            raise ValueError(
                "An input needs one of shape, such as (28, 28, 1), and batch_shape, such as (None, "
                f"28, 28, 1); got {'neither' if shape is None else 'both'}."
            )
        if (
            batch_shape is not None
            and batch_size is not None
            and as_shape(batch_shape)[0] != batch_size
        ):
            raise ValueError(
                f"batch_shape={tuple(batch_shape)} and batch_size={batch_size} do not agree."
            )
        self._batch_shape = as_shape(
            batch_shape if batch_shape is not None else (batch_size, *as_shape(shape))
        )
        self._dtype = value_dtype(dtype or config.floatx())
        self.sparse = self.ragged = False
        self.optional = bool(optional)
        CallNode(self, (), {}, KerasTensor(self._batch_shape, self._dtype, name=self.name))
        self.built = True

    @property
    def batch_shape(self) -> SymbolicShape:
        """Shape with the batch axis."""
        return self._batch_shape

    @property
    def dtype(self) -> str:
        """Dtype of the data."""
        return self._dtype

    @property
    def input(self) -> Any:
        """The symbolic tensor itself."""
        return self.output

    @property
    def input_shape(self) -> SymbolicShape:
        """Shape with the batch axis."""
        return self._batch_shape

    def call(self, inputs: Any = None) -> Any:
        """Return the data."""
        return inputs

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal layer."""
        return {
            "batch_shape": self._batch_shape,
            "dtype": self._dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
            "optional": self.optional,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputLayer:
        """Make the layer from the configuration of any Keras."""
        known = (
            "batch_shape",
            "batch_input_shape",
            "shape",
            "input_shape",
            "dtype",
            "name",
            "optional",
            "batch_size",
        )
        kept = {key: value for key, value in config.items() if key in known and value is not None}
        if isinstance(kept.get("dtype"), dict):
            kept["dtype"] = kept["dtype"]["config"]["name"]
        return cls(**kept)


def _check_agrees(wanted: dict[str, Any], tensor: KerasTensor) -> None:
    given = {
        "batch_shape": tensor.shape,
        "shape": tensor.shape[1:],
        "batch_size": tensor.shape[0],
        "dtype": tensor.dtype,
    }
    for name, value in wanted.items():
        if value is None:
            continue
        plain = value_dtype(value) if name == "dtype" else value
        plain = tuple(plain) if isinstance(plain, (list, tuple)) else plain
        if plain != given[name]:
            raise ValueError(
                f"An input made of a tensor takes its {name}, {given[name]}; got {name}={value!r}."
            )


def Input(
    shape: Sequence[int | None] | None = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: Any = None,
    ragged: Any = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> Any:
    """Return a symbolic tensor for data that a model will be given.

    Parameters
    ----------
    shape : tuple of int or None
        Of one sample, without the batch axis; None where a size is open, as the length of a
        sequence.
    batch_size : int, optional
        A fixed size of the batch axis.
    dtype : str, optional
        `cornu.config.floatx()` if not given; `"string"` for text, which begins with a layer such
        as `TextVectorization`.
    sparse, ragged : bool, optional
        Accepted for Keras' sake; must be false.
    batch_shape : tuple of int or None, optional
        In place of `shape`, with the batch axis.
    name : str, optional
        Key of the input where data is passed as a dict.
    tensor : KerasTensor, optional
        A symbolic tensor to take shape and dtype from.
    optional : bool
        Whether None may be passed.

    Returns
    -------
    KerasTensor

    Examples
    --------
    >>> Input((32,), name="features")
    <KerasTensor shape=(None, 32), dtype=float32, sparse=False, ragged=False, name=features>
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        input_tensor=tensor,
        optional=optional,
        name=name,
    )
    return layer.output


def graph_between(inputs: Any, outputs: Any) -> LayerGraph:
    """Return the graph between symbolic tensors.

    Tensors in the middle of another model get inputs of their own.
    """
    graph = LayerGraph(inputs, outputs)
    if all(t.node is not None and t.node.is_input for t in graph.inputs):
        return graph
    fresh = [
        t if t.node is not None and t.node.is_input else Input(batch_shape=t.shape, dtype=t.dtype)
        for t in graph.inputs
    ]
    for new, old in zip(fresh, graph.inputs, strict=True):
        new._keras_mask = old._keras_mask
    return LayerGraph(tree.pack_sequence_as(inputs, fresh), graph.run(fresh))
