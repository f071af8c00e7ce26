"""Symbolic tensors of the functional API: a shape, a dtype, and the call that will make the value.

This graph of layers is kept apart from the graph of operations: it has one `CallNode` per call of a
layer, knows `None` sizes, and is what `layer.output`, `Model(inputs, outputs)` and saved files
speak of.

References run one way, from a tensor to what made it and from a layer to its calls, so that a model
which is dropped is freed at once.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from cornu_data.shapes import SymbolicShape, as_shape
from cornu_data.text import value_dtype
from cornu_engine import tree
from cornu_engine.operators import ArrayOperators
from cornu_engine.shapes import Sizes
from cornu_engine.trace import current_trace, is_traced


class KerasHistory(NamedTuple):
    """Where a symbolic tensor comes from: operation, number of the call, number of the output."""

    operation: Any
    node_index: int
    tensor_index: int


class KerasTensor(ArrayOperators):
    """A value that is not there yet: what layers pass to each other while a functional model is
    described.

    Parameters
    ----------
    shape : tuple of int or None
        With the batch axis; `None` where a size is open.
    dtype : str
        Of numbers, or "string".
    sparse, ragged : bool
        Accepted for Keras' sake; a program holds dense values, so both must be False.
    record_history : bool
        Whether operations on the tensor are recorded.
    name : str, optional

    Examples
    --------
    >>> x = KerasTensor((None, 3), name="x")
    >>> x
    <KerasTensor shape=(None, 3), dtype=float32, sparse=False, ragged=False, name=x>
    """

    __cornu_symbolic__ = True
    call_of: ClassVar[Callable[[Any], Any]]  # `FunctionCall`, which puts itself here

    def __init__(
        self,
        shape: Sequence[int | None],
        dtype: Any = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if sparse or ragged:
            raise ValueError(
                "Programs hold dense values only: leave sparse=False and ragged=False."
            )
        self._shape = Sizes(as_shape(shape))
        self._dtype = value_dtype(dtype)
        self.record_history = record_history
        self.name = name or _next_name()
        self._keras_mask: Any = None
        self.node: CallNode | None = None
        self.tensor_index = 0
        self._operation: Any = None  # strong: whoever holds the tensor can still make its value

    @property
    def shape(self) -> SymbolicShape:
        """Sizes, `None` where open."""
        return self._shape

    @property
    def dtype(self) -> str:
        """Name of the dtype."""
        return self._dtype

    @property
    def ndim(self) -> int:
        """Rank."""
        return len(self._shape)

    @property
    def rank(self) -> int:
        """Rank, by another name."""
        return len(self._shape)

    @property
    def sparse(self) -> bool:
        """Always False."""
        return False

    @property
    def ragged(self) -> bool:
        """Always False."""
        return False

    ragged_rank: Any = None
    row_splits_dtype: Any = None

    @property
    def _keras_history(self) -> KerasHistory:
        if self.node is None:
            raise AttributeError("_keras_history")
        return KerasHistory(self._operation, self.node.index, self.tensor_index)

    @property
    def _keras_shape(self) -> SymbolicShape:
        return self._shape

    def reshape(self, *newshape: Any) -> Any:
        """Return the tensor in another shape; the batch axis counts."""
        return super().reshape(*newshape)

    def traced_from(self) -> dict[str, Any]:
        """Return what of the tensor a step follows from: inputs have their names as layers."""
        return {name: value for name, value in vars(self).items() if name != "name"}

    def __repr__(self) -> str:
        return (
            f"<KerasTensor shape={self.shape}, dtype={self.dtype}, sparse=False, ragged=False, "
            f"name={self.name}>"
        )

    def __eq__(self, other: object) -> bool:
        """Tell whether it is the same tensor, as in Keras: `ops.equal` compares numbers."""
        return self is other

    def __ne__(self, other: object) -> Any:
        """Compare numbers, as in Keras; nothing is None."""
        return True if other is None else super().__ne__(other)

    __hash__ = ArrayOperators.__hash__

    def __bool__(self) -> bool:
        raise TypeError(self._no_number("True or False"))

    def __float__(self) -> float:
        raise TypeError(self._no_number("a float"))

    def __int__(self) -> int:
        raise TypeError(self._no_number("an int"))

    __index__ = __int__

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        raise TypeError(self._no_number("an array"))

    def __iter__(self) -> Any:
        if not self.shape or self.shape[0] is None:
            raise TypeError(
                f"A symbolic tensor of shape {self.shape} cannot be iterated over: how long its "
                "first axis is shows only when the model runs. Compute on all of it at once, or "
                "take parts along another axis: x[:, i]."
            )
        return (self[i] for i in range(self.shape[0]))

    def _no_number(self, wanted: str) -> str:
        return (
            f"{self!r} stands for a value that exists only when the model runs, so it has no "
            "number to give as "
            f"{wanted}. Compute with cornu.ops or in a layer, or extract the value with "
            "cornu.Model(inputs, tensor).predict(x)."
        )

    def current_value(self, default: Any = None) -> Any:
        """Return what the step that is being traced has computed for this tensor, if it has.

        A loss may so refer to tensors of the model, as in `lambda y, p: mse(y, p) * weight_input`.
        """
        trace = current_trace()
        if trace is None or not trace.symbolic:
            return default
        try:
            return _computed(self, trace.symbolic)
        except KeyError:
            return default

    @classmethod
    def symbolic_apply(cls, function: Any, args: tuple, kwargs: dict) -> Any:
        """Record an operation on symbolic tensors; the hook of `cornu_engine.trace.op`."""
        trace = current_trace()
        if trace is not None and trace.symbolic:
            try:
                args, kwargs = tree.map_structure(
                    lambda x: _computed(x, trace.symbolic), (args, kwargs)
                )
            except KeyError:  # not all of it: a description after all
                pass
            else:
                return function(*args, **kwargs)
        if trace is not None and trace.stand_in and is_traced(*tree.flatten((args, kwargs))):
            # a function that is traced for its shapes refers to a tensor from outside
            args, kwargs = tree.map_structure(trace.stand_in, (args, kwargs))
            return function(*args, **kwargs)
        return cls.call_of(function)(*args, **kwargs)


def _computed(x: Any, known: dict[Any, Any]) -> Any:
    """Return the value of a symbolic tensor from those that are known; KeyError if they do not do.

    What is no symbolic tensor is its own value.
    """
    if not isinstance(x, KerasTensor):
        return x
    key = tensor_key(x)
    if key not in known:
        if x.node is None or x.node.is_input or x.node.operation is None:
            raise KeyError(key)
        args, kwargs = tree.map_structure(
            lambda y: _computed(y, known), (x.node.args, x.node.kwargs)
        )
        outputs = tree.flatten(x.node.operation(*args, **kwargs))
        known.update(zip(x.node.output_keys(), outputs, strict=True))
    return known[key]


_names = iter(range(1 << 62))


def _next_name() -> str:
    number = next(_names)
    return f"keras_tensor_{number}" if number else "keras_tensor"


def is_keras_tensor(x: Any) -> bool:
    """Tell whether `x` is a symbolic tensor of the functional API.

    Examples
    --------
    >>> is_keras_tensor(KerasTensor((None, 3))), is_keras_tensor(np.ones(3))
    (True, False)
    """
    return isinstance(x, KerasTensor)


def symbolic_leaves(*structures: Any) -> list[KerasTensor]:
    """Return the symbolic tensors among the leaves."""
    return [x for x in tree.flatten(structures) if isinstance(x, KerasTensor)]


class CallNode:
    """One call of an operation on symbolic tensors.

    Attributes
    ----------
    operation : Operation
    args, kwargs : tuple, dict
        As passed, symbolic tensors among them.
    input_tensors : list of KerasTensor
    index : int
        Place among the calls of the operation.
    """

    def __init__(self, operation: Any, args: tuple, kwargs: dict, outputs: Any) -> None:
        self._operation = weakref.ref(operation)
        # a list that its owner goes on appending to was passed as it is now
        self.args, self.kwargs = tree.map_structure(lambda x: x, (args, kwargs))
        self.input_tensors = symbolic_leaves(args, kwargs)
        self.index = len(operation._inbound_nodes)
        self._structure = tree.map_structure(lambda _: None, outputs)
        self._outputs: list[Any] = []
        for position, tensor in enumerate(tree.flatten(outputs)):
            tensor.node, tensor.tensor_index, tensor._operation = self, position, operation
            self._outputs.append(
                (weakref.ref(tensor), tensor.shape, tensor.dtype, tensor.name, tensor._keras_mask)
            )
        operation._inbound_nodes.append(self)

    @property
    def operation(self) -> Any:
        """The operation, or None after it was dropped."""
        return self._operation()

    @property
    def is_input(self) -> bool:
        """Whether the call makes a tensor out of nothing, as `Input` does."""
        return not self.input_tensors

    @property
    def output_tensors(self) -> list[KerasTensor]:
        """The outputs; one that nobody holds any more is made again."""
        return [self._tensor(i) for i in range(len(self._outputs))]

    @property
    def outputs(self) -> Any:
        """The outputs as the operation returned them."""
        return tree.pack_sequence_as(self._structure, self.output_tensors)

    @property
    def inputs(self) -> Any:
        """The first argument if it holds all symbolic inputs, else all of them as a list."""
        first = self.args[0] if self.args else None
        if len(symbolic_leaves(first)) == len(self.input_tensors):
            return first
        return self.input_tensors[0] if len(self.input_tensors) == 1 else list(self.input_tensors)

    @property
    def shapes_in(self) -> Any:
        """The shapes of `inputs`."""
        return _shapes(self.inputs)

    @property
    def shapes_out(self) -> Any:
        """The shapes of `outputs`."""
        return _shapes(self.outputs)

    @property
    def parents(self) -> list[CallNode]:
        """The calls that made the inputs."""
        return [t.node for t in self.input_tensors if t.node is not None]

    def output_keys(self) -> list[tuple[int, int]]:
        """Return what identifies each output within a graph."""
        return [(id(self), i) for i in range(len(self._outputs))]

    def _tensor(self, position: int) -> KerasTensor:
        reference, shape, dtype, name, mask = self._outputs[position]
        tensor = reference()
        if tensor is None:
            tensor = KerasTensor(shape, dtype, name=name)
            tensor.node, tensor.tensor_index, tensor._operation = self, position, self.operation
            tensor._keras_mask = mask
            self._outputs[position] = (weakref.ref(tensor), shape, dtype, name, mask)
        return tensor

    def traced_from(self) -> dict[str, Any]:
        """Return what of the call a step follows from, whoever holds its outputs."""
        return {**vars(self), "_outputs": [(shape, mask) for _, shape, _, _, mask in self._outputs]}

    def __repr__(self) -> str:
        name = getattr(self.operation, "name", "?")
        return f"<CallNode {self.index} of {name}>"


class Ends(NamedTuple):
    """What a graph of calls begins and ends with, as if it were one call."""

    inputs: Any
    outputs: Any
    shapes_in: Any
    shapes_out: Any


def _shapes(tensors: Any) -> Any:
    return tree.map_structure(lambda t: t.shape, tensors)


def tensor_key(tensor: KerasTensor) -> tuple[int, int]:
    """Return what identifies the value of a tensor within a graph."""
    if tensor.node is None:  # made by hand: only the object itself says which one it is
        return (id(tensor), -1)
    return (id(tensor.node), tensor.tensor_index)
