"""What a node of the functional graph calls: a layer, or a function of `cornu.ops`."""

from __future__ import annotations

from typing import Any

from cornu.base.naming import auto_name
from cornu_data.symbolic.inference import infer
from cornu_data.symbolic.keras_tensor import CallNode, Ends, KerasTensor
from cornu_data.text import is_text, text_beside
from cornu_engine import tree
from cornu_engine.errors import BadFileError, DataError, quoted
from cornu_engine.files.rules import is_reading
from cornu_ops.files.function_names import function_name, public_function


class Operation:
    """Something with a name that can be called on symbolic tensors and remembers these calls.

    Parameters
    ----------
    name : str, optional
        The class name in snake case, numbered, if not given.
    """

    name: str
    _may_have_parts = False  # whether a name may be `stage/conv`

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = auto_name(type(self).__name__)
        parted = isinstance(name, str) and "/" in name and not self._may_have_parts
        if not isinstance(name, str) or parted or not name:
            raise ValueError(
                "A name is a text without '/', which separates the parts of a path; got "
                f"{quoted(name)}."
            )
        self.name = name
        self._inbound_nodes: list[CallNode] = []

    # Which tensors it was called on

    @property
    def inbound_nodes(self) -> list[CallNode]:
        """The calls on symbolic tensors, in order."""
        return self._inbound_nodes

    @property
    def input(self) -> Any:
        """The symbolic input of the first call.

        Raises
        ------
        AttributeError
            If the layer was not called on a symbolic tensor.
        """
        return self._call_at(0, "input").inputs

    @property
    def output(self) -> Any:
        """The symbolic output of the first call; see `get_output_at` for the others."""
        return self._call_at(0, "output").outputs

    @property
    def input_shape(self) -> Any:
        """Shape of `input`; of several inputs of a model, a list of shapes."""
        return self._call_at(0, "input_shape").shapes_in

    @property
    def output_shape(self) -> Any:
        """Shape of `output`; of several outputs of a model, a list of shapes."""
        return self._call_at(0, "output_shape").shapes_out

    @property
    def input_mask(self) -> Any:
        """Mask of `input`, None without one."""
        return _masks(self._call_at(0, "input_mask").inputs)

    @property
    def output_mask(self) -> Any:
        """Mask of `output`, None without one."""
        return _masks(self._call_at(0, "output_mask").outputs)

    def get_input_at(self, node_index: int) -> Any:
        """Return the symbolic input of one use.

        Parameters
        ----------
        node_index : int
            0 for the first call of a layer; of a model with a graph, 0 for its own input, and 1 for
            its first call.
        """
        return self._call_at(node_index, "input").inputs

    def get_output_at(self, node_index: int) -> Any:
        """Return the symbolic output of one use."""
        return self._call_at(node_index, "output").outputs

    def get_input_shape_at(self, node_index: int) -> Any:
        """Return the shape of the input of one use."""
        return self._call_at(node_index, "input_shape").shapes_in

    def get_output_shape_at(self, node_index: int) -> Any:
        """Return the shape of the output of one use."""
        return self._call_at(node_index, "output_shape").shapes_out

    def get_input_mask_at(self, node_index: int) -> Any:
        """Return the mask of the input of one use."""
        return _masks(self._call_at(node_index, "input_mask").inputs)

    def get_output_mask_at(self, node_index: int) -> Any:
        """Return the mask of the output of one use."""
        return _masks(self._call_at(node_index, "output_mask").outputs)

    def _call_at(self, index: int, wanted: str) -> CallNode | Ends:
        calls = self._inbound_nodes
        if not calls:
            raise AttributeError(
                f"The layer {self.name!r} has never been called on a symbolic tensor, so it has no "
                f"{wanted}. "
                "Call it on cornu.Input(shape) first, or add it to a Sequential model with an "
                "input shape."
            )
        if not -len(calls) <= index < len(calls):
            raise ValueError(
                f"The layer {self.name!r} has been called {len(calls)} time(s); there is no "
                f"{wanted} at {index}."
            )
        return calls[index]


class FunctionCall(Operation):
    """A function of `cornu.ops` between the layers of a functional model.

    `x + 1`, `ops.relu(x)` and `x[:, 0]` on symbolic tensors become one of these, so they are part
    of the model and of its saved form.

    Parameters
    ----------
    function : callable or str
        A public function of `cornu.ops`, `cornu.ops.numpy`, `cornu.random`, …, or its name in
        `cornu.ops`.
    name : str, optional
    """

    built = True
    trainable = False
    weights: tuple = ()

    def __init__(self, function: Any, name: str | None = None) -> None:
        self.function = public_function(function) if isinstance(function, str) else function
        super().__init__(name or auto_name(function_name(self.function)))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Apply the function, and record the call if it is on symbolic tensors."""
        if not any(isinstance(x, KerasTensor) for x in tree.flatten((args, kwargs))):
            return self.function(*args, **kwargs)
        for x in tree.flatten((args, kwargs)):
            if is_text(x):
                raise DataError(text_beside(f"Operation {self.name!r}", x))
        outputs = infer(self.function, args, kwargs, owner=self.name)
        CallNode(self, args, kwargs, outputs)
        return outputs

    def count_params(self) -> int:
        """Return 0: a function has no weights."""
        return 0

    def get_config(self) -> dict[str, Any]:
        """Return the name and the function's public name; arguments are part of each call."""
        return {"name": self.name, "function": function_name(self.function)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> FunctionCall:
        """Make the operation from what `get_config` returned.

        Functions of values are marked with `@op`; others, as `set_floatx`, change what is around
        them, and no file may ask for these.
        """
        call = cls(config["function"], name=config.get("name"))
        if is_reading() and not hasattr(call.function, "__wrapped__"):
            raise BadFileError(f"{call.name!r} is no function of values.", "code")
        return call

    def __repr__(self) -> str:
        return f"<FunctionCall {function_name(self.function)} name={self.name}>"


KerasTensor.call_of = FunctionCall


def _masks(tensors: Any) -> Any:
    return tree.map_structure(lambda t: t._keras_mask, tensors)
