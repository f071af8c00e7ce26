"""Models that are a stack of layers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cornu.base.layer import KerasTensor, Layer, get_mask
from cornu.base.layer.dtype_policy import dtype_policy_config
from cornu.base.overriding import open_signature
from cornu.configuration.config import deserialize, serialize
from cornu.models.copying import copy_layer
from cornu.models.input_layer import InputLayer
from cornu.models.model import Model
from cornu.plugins.custom_objects import CustomObjectScope
from cornu_data.files.sharing import called_by_a_model
from cornu_data.shapes import as_shape, is_one_shape
from cornu_data.symbolic.graph import LayerGraph
from cornu_data.symbolic.signature import signature_of
from cornu_data.text import TEXT, is_text
from cornu_engine import tree
from cornu_engine.errors import quoted
from cornu_engine.graph import scope


class Sequential(Model):
    """A stack of layers, each with one input and one output.

    With an `Input` first, or an `input_shape` given to the first layer, every layer is built as it
    is added. Without, the model is built by `build(shape)` or by the first data.

    Parameters
    ----------
    layers : list of Layer, optional
    trainable : bool
    name : str, optional

    Examples
    --------
    >>> import cornu
    >>> from cornu.base import Layer
    >>> class Double(Layer):
    ...     def call(self, x):
    ...         return x * 2
    >>> model = Sequential([cornu.Input((3,)), Double(name="twice")])
    >>> model.add(Double(name="again"))
    >>> model.output_shape, [layer.name for layer in model.layers]
    ((None, 3), ['twice', 'again'])
    """

    _is_stack = True
    _stack: list[Any]
    _names: set[str]
    _tensors: list[KerasTensor]

    def __init__(
        self,
        layers: Iterable[Any] | None = None,
        trainable: bool | str = True,
        name: str | None = None,
    ) -> None:
        if isinstance(layers, Layer) or isinstance(trainable, Layer):
            raise TypeError("Sequential takes its layers as one list: Sequential([a, b]).")
        if isinstance(trainable, str):  # Sequential(layers, name) of Keras 2
            name, trainable = trainable, True
        super().__init__(name=name, trainable=trainable)
        self.__dict__["_stack"] = []
        self.__dict__["_names"] = set()  # of the stack, as the layers were called when they came
        # the symbolic output of each layer of the stack that is connected
        self.__dict__["_tensors"] = []
        for layer in layers or ():
            self.add(layer, rebuild=False)
        self._connect()

    # The stack

    def add(self, layer: Layer | KerasTensor, rebuild: bool = True) -> None:
        """Put a layer on top.

        Parameters
        ----------
        layer : Layer
            Or what `cornu.Input` returned, first.
        rebuild : bool
            Whether to connect the layer at once.

        Raises
        ------
        TypeError
            For something that is no layer.
        ValueError
            For a second input, or a name that is taken.
        """
        if (
            isinstance(layer, KerasTensor)
            and layer.node is not None
            and isinstance(layer.node.operation, InputLayer)
        ):
            layer = layer.node.operation
        if not isinstance(layer, Layer):
            raise TypeError(_no_layer(layer))
        if not self._stack and getattr(layer, "_batch_input_shape", None) is not None:
            self.add(InputLayer(batch_shape=layer._batch_input_shape, dtype=layer.input_dtype))
        if isinstance(layer, InputLayer) and self._stack:
            raise ValueError(
                f"Sequential model {self.name!r} takes one input, as its first layer; it has "
                f"{[x.name for x in self._stack]} already."
            )
        if layer.name in self._names and any(
            layer.name == x.name for x in self._stack if x is not layer
        ):
            raise ValueError(
                f"Sequential model {self.name!r} has a layer named {layer.name!r} already: pass "
                "another name=."
            )
        self._stack.append(layer)
        self._names.add(layer.name)
        self._parts.add(layer)
        self.built = False
        if rebuild:
            self._connect()

    def pop(self, rebuild: bool = True) -> Any:
        """Take the top layer away and return it."""
        if not self._stack or isinstance(self._stack[-1], InputLayer):
            raise TypeError(f"Sequential model {self.name!r} has no layer to pop.")
        layer = self._stack.pop()
        self._parts.remove(layer)
        del self._tensors[len(self._stack) :]
        self.__dict__.pop("_graph_of_stack", None)
        self.built = len(self._stack) > 1 and len(self._tensors) == len(self._stack)
        return layer

    @property
    def layers(self) -> list[Any]:  # of whatever classes: each with attributes of its own
        """The layers, without the input."""
        return [layer for layer in self._stack if not isinstance(layer, InputLayer)]

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError("A Sequential model's layers are changed with add() and pop().")

    @property
    def model(self) -> Any:
        """The model itself, as in Keras 2."""
        return self

    # Building

    def _connect(self) -> None:
        """Call the layers that are not connected yet on the output of those below."""
        stack, tensors = self._stack, self._tensors
        if not stack:
            return
        if not tensors:
            first = stack[0]
            if isinstance(first, InputLayer):
                tensors.append(first.output)
            elif isinstance(first, Model) and first._graph is not None and len(first.inputs) == 1:
                self._insert_input(first.inputs[0].shape, first.inputs[0].dtype)
            else:
                return
        if len(tensors) < len(stack):
            self._parts.count_change()
        with scope(self._open_path()):
            for layer in stack[len(tensors) :]:
                _check_signature(layer)
                tensors.append(layer(tensors[-1]))
        self.__dict__.pop("_graph_of_stack", None)
        self.__dict__["_convert_input_args"] = False
        self.built = len(stack) > 1

    def _open_path(self) -> str:
        path = self.__dict__["_path"] = self._path_now()
        return path

    def _insert_input(self, shape: Any, dtype: Any) -> None:
        self._stack.insert(0, InputLayer(batch_shape=shape, dtype=dtype))
        self._names.add(self._stack[0].name)
        self._tensors.append(self._stack[0].output)

    @property
    def _graph(self) -> LayerGraph | None:  # type: ignore[override]
        if not self._stack or len(self._tensors) != len(self._stack):
            return None
        graph = self.__dict__.get("_graph_of_stack")
        if graph is None:
            extra = [*self._symbolic_losses, *(t for t, _ in self._symbolic_metrics)]
            graph = LayerGraph(self._tensors[0], self._tensors[-1], extra)
            self.__dict__["_graph_of_stack"] = graph
        return graph

    def _set_graph(self, graph: LayerGraph) -> None:
        self.__dict__["_graph_of_stack"] = graph

    @open_signature
    def build(self, input_shape: Any = None) -> None:
        """Make all weights, for inputs of this shape.

        Parameters
        ----------
        input_shape : tuple
            With the batch axis, which may be None.
        """
        if not self._stack:
            raise ValueError(
                f"Sequential model {self.name!r} has no layers to build: add some first."
            )
        if self._tensors:
            self._connect()
            expected = self._tensors[0].shape
            if (
                input_shape is not None
                and is_one_shape(input_shape)
                and as_shape(input_shape)[1:] != expected[1:]
            ):
                raise ValueError(
                    f"Sequential model {self.name!r} is described for inputs of shape {expected}; "
                    f"it cannot be built for {as_shape(input_shape)}."
                )
            return
        if input_shape is None:
            raise ValueError(
                f"Sequential model {self.name!r} does not know its input's shape: call "
                "build((None, features)), or put an Input first."
            )
        if is_one_shape(input_shape):
            dtype = TEXT if self.__dict__.get("_given_text") else self._stack[0].input_dtype
            self._insert_input(input_shape, dtype)
            try:
                self._connect()
            except BaseException:
                del self._stack[0], self._tensors[:]
                raise
        else:  # several inputs into the first layer: no graph, but all weights
            self._build_by_running(input_shape)

    def _waits_for_shape(self) -> bool:
        """Whether it would know its weights, if it knew the shape of its input."""
        return bool(self._stack) and not self._tensors and not self.built and self._runs_graph()

    def _with_fresh_layers(self) -> Sequential:
        return Sequential(map(copy_layer, self.layers), name=self.name)

    def _inherits(self, name: str) -> bool:
        return False if name == "build" else super()._inherits(name)

    def _ensure_built(self, arguments: dict[str, Any]) -> None:
        inputs = arguments.get("inputs")
        if not self.built and hasattr(inputs, "shape"):
            shape = tuple(inputs.shape)  # type: ignore[union-attr]
            self.__dict__["_given_text"] = is_text(inputs)
            self.build((None, *shape[1:]))
            self.__dict__["_described_by_data"] = True

    # Calling

    @open_signature
    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Apply the layers in order."""
        if self._graph is not None and not self._has_other_sizes(inputs):
            return super().call(inputs, training=training, mask=mask)
        value = inputs
        for layer in self._stack:
            kwargs = (
                {"mask": mask}
                if mask is not None and signature_of(layer.call).accepts("mask")
                else {}
            )
            value = layer(value, **kwargs)
            mask = tree.map_structure(get_mask, value)
            mask = None if all(m is None for m in tree.flatten(mask)) else mask
        return value

    def _has_other_sizes(self, inputs: Any) -> bool:
        """Whether nobody described the input, and this one is not like the first one."""
        if not hasattr(inputs, "shape"):
            return False
        shape, first = tuple(inputs.shape), self._tensors[0].shape
        if len(shape) != len(first):
            return self._any_rank
        return "_described_by_data" in self.__dict__ and shape[1:] != first[1:]

    def _runs_graph(self) -> bool:
        return type(self).call is Sequential.call

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """Return the shape of the output for a shape of the input."""
        if self._graph is None:
            shape = args[0] if args else next(iter(kwargs.values()))
            for layer in self._stack:
                shape = layer.compute_output_shape(shape)
            return shape
        return super().compute_output_shape(*args, **kwargs)

    @property
    def input_dtype(self) -> str:
        """Dtype of the data."""
        return self._stack[0].input_dtype if self._stack else super().input_dtype

    # Configuration

    def get_config(self) -> dict[str, Any]:
        """Return name, layers and the shape of the input."""
        for layer in self._stack:
            called_by_a_model(layer, numbered=False)
        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": dtype_policy_config(self.dtype_policy),
            "layers": [serialize(layer) for layer in self._stack],
        }
        if self._tensors:
            config["build_input_shape"] = self._tensors[0].shape
        return config

    @classmethod
    def from_config(cls, config: Any, custom_objects: Any = None) -> Any:
        """Make a model, with new weights, from what `get_config` of any Keras returned."""
        if isinstance(config, list):  # Keras 2.0 and 2.1
            config = {"layers": config}
        shape = config.get("build_input_shape")
        builds = shape is not None and is_one_shape(shape)
        with CustomObjectScope(custom_objects or {}):
            model = cls(name=config.get("name"))
            for layer in config["layers"]:
                # Built by the model, the weights have its name in their paths, as before.
                known = _unbuilt(layer) if builds else layer
                model.add(deserialize(known, kind="layer"), rebuild=False)
        model._connect()
        if not model._tensors and builds:
            model.build(shape)
        if config.get("trainable") is False:
            model.trainable = False
        return model

    def get_build_config(self) -> dict[str, Any] | None:
        """Return the shape the model was built with."""
        return (
            {"input_shape": self._tensors[0].shape} if self._tensors else super().get_build_config()
        )


def _unbuilt(layer: Any) -> Any:
    """Return a layer's configuration without the shapes that its call will tell."""
    told = layer.get("build_config") if isinstance(layer, dict) else None
    if not isinstance(told, dict) or not set(told) <= {"input_shape", "shapes_dict"}:
        return layer
    return {key: value for key, value in layer.items() if key != "build_config"}


def _no_layer(layer: Any) -> str:
    if isinstance(layer, type) and issubclass(layer, Layer):
        return (
            f"A Sequential model takes layers, not classes of layers: write {layer.__name__}(...)."
        )
    if isinstance(layer, KerasTensor):
        return (
            "A Sequential model takes layers; of symbolic tensors, only what cornu.Input returned, "
            "as the first."
        )
    if callable(layer):
        name = getattr(layer, "__name__", type(layer).__name__)
        return (
            f"A Sequential model takes layers; wrap the function {name!r} in a Lambda or "
            "Activation layer."
        )
    given = f"{quoted(layer)} of type {type(layer).__name__}"
    return f"A Sequential model takes layers, such as Activation('relu'); got {given}."


def _check_signature(layer: Layer) -> None:
    info = signature_of(layer.call)
    required = [n for n in info.names if n not in info.defaults]
    if len(required) > 1:
        raise ValueError(
            f"A layer of a Sequential model gets one input, but {type(layer).__name__}.call() "
            f"needs {required}. Use a functional model: cornu.Model(inputs, outputs)."
        )
