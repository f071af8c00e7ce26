"""Where a model begins and ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from cornu.base.layer import InputSpec, KerasTensor, Operation
from cornu.base.naming import distinct
from cornu.models.graph import LayerGraph
from cornu.models.inputs import input_name


class Ends(Operation):
    """Mixin of models: symbolic inputs and outputs, their shapes and names."""

    _graph: LayerGraph | None
    built: bool
    _is_stack: ClassVar[bool] = False

    def _waits_for_shape(self) -> bool:
        """Whether it would know its weights, if it knew the shape of its input."""
        return False

    def _need_graph(self, wanted: str) -> LayerGraph:
        if self._graph is None:
            raise AttributeError(
                f"Model {self.name!r} has no {wanted}: it is not described by symbolic tensors. "
                "Build it with "
                "cornu.Input first, or as cornu.Model(inputs, outputs)."
            )
        return self._graph

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs, as a flat list."""
        return list(self._need_graph("inputs").inputs)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs, as a flat list."""
        return list(self._need_graph("outputs").outputs)

    @property
    def input(self) -> Any:
        """The symbolic inputs, as the model was described."""
        return self._graph.inputs_structure if self._graph is not None else super().input

    @property
    def output(self) -> Any:
        """The symbolic outputs, as the model was described."""
        return self._graph.outputs_structure if self._graph is not None else super().output

    @property
    def input_shape(self) -> Any:
        """Shape of the input; of several, a list of shapes."""
        graph = self._graph
        return super().input_shape if graph is None else _only([t.shape for t in graph.inputs])

    @property
    def output_shape(self) -> Any:
        """Shape of the output; of several, a list of shapes."""
        graph = self._graph
        return super().output_shape if graph is None else _only([t.shape for t in graph.outputs])

    @property
    def input_spec(self) -> Any:
        """What is expected of each input, in order; None where it is not known. Settable."""
        if self._graph is None or self.__dict__.get("_input_spec") is not None:
            return super().input_spec  # type: ignore[misc]
        return [
            InputSpec(shape=(None, *t.shape[1:]), allow_last_axis_squeeze=True, name=input_name(t))
            for t in self._graph.inputs
        ]

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        self.__dict__["_input_spec"] = value

    @property
    def input_names(self) -> list[str]:
        """Names of the inputs, in order."""
        return [input_name(t) for t in self._need_graph("input names").inputs]

    @property
    def output_names(self) -> list[str]:
        """Names of the layers that make the outputs, in order; numbered where one makes several."""
        return distinct(input_name(t) for t in self._need_graph("output names").outputs)

    def get_input_at(self, node_index: int) -> Any:
        """Return the symbolic input of one use: 0 is the model's own, 1 its first call."""
        return self._at(node_index, lambda: self.input, super().get_input_at)

    def get_output_at(self, node_index: int) -> Any:
        """Return the symbolic output of one use: 0 is the model's own, 1 its first call."""
        return self._at(node_index, lambda: self.output, super().get_output_at)

    def get_input_shape_at(self, node_index: int) -> Any:
        """Return the shape of the input of one use."""
        return self._at(node_index, lambda: self.input_shape, super().get_input_shape_at)

    def get_output_shape_at(self, node_index: int) -> Any:
        """Return the shape of the output of one use."""
        return self._at(node_index, lambda: self.output_shape, super().get_output_shape_at)

    def _at(self, index: int, own: Callable[[], Any], call: Callable[[int], Any]) -> Any:
        if self._graph is None or (index < 0 and self._inbound_nodes):
            return call(index)
        return own() if index in (0, -1) else call(index - 1)


def _only(members: list[Any]) -> Any:
    return members[0] if len(members) == 1 else members
