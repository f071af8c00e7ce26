"""Class Model: layers that are trained, saved and printed together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from cornu.base.layer import KerasTensor, Layer, get_mask, set_mask
from cornu.base.layer.weights import AddedMetric
from cornu.base.overriding import open_signature
from cornu.models import brought, files, state_tree
from cornu.models.constructors import OLD_NAMES, describes_graph, takes_graph
from cornu.models.copying import recipe
from cornu.models.first_input import remember_first_input
from cornu.models.graph_config import graph_config, is_graph_config, read_graph
from cornu.models.input_layer import graph_between
from cornu.plugins.custom_objects import CustomObjectScope
from cornu.training import generators
from cornu.training.trainer import Trainer
from cornu_data.symbolic.graph import LayerGraph
from cornu_data.symbolic.inference import infer
from cornu_data.symbolic.inputs import match_inputs
from cornu_data.symbolic.masks import given_mask
from cornu_data.symbolic.signature import signature_of
from cornu_data.text import as_text
from cornu_engine import tree
from cornu_engine.errors import UnknownNameError, near_matches

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from cornu.base.layer.options import LayerOptions


class Model(Trainer):
    """Layers with one way from inputs to outputs, which can be trained.

    `Model(inputs, outputs)` takes the layers between symbolic tensors. A subclass makes its layers
    in `__init__` and uses them in `call`; Python's `if` and `for` work there on everything but
    traced values.

    Parameters
    ----------
    inputs, outputs : KerasTensor, or nested structure of them
        Where the model begins and ends.
    name : str, optional
    trainable : bool

    Examples
    --------
    >>> import cornu
    >>> x = cornu.Input((4,))
    >>> model = cornu.Model(x, x * 2.0 + 1.0, name="line")
    >>> model
    <Functional name=line, built=True>
    >>> model.output_shape
    (None, 4)
    """

    _first_input: Any = None  # what a subclassed model was first called on, for `export`
    _symbolic_losses: tuple[KerasTensor, ...] = ()
    _symbolic_metrics: tuple[tuple[KerasTensor, str], ...] = ()

    # Files
    save = files.save
    save_weights = files.save_weights
    load_weights = files.load_weights
    to_json = files.to_json
    to_yaml = files.to_yaml
    export = files.export
    get_state_tree = state_tree.get_state_tree
    set_state_tree = state_tree.set_state_tree

    # What distributions bring
    quantize = brought.quantize
    summary = brought.summary

    # Keras 2's names
    fit_generator = generators.fit_generator
    evaluate_generator = generators.evaluate_generator
    predict_generator = generators.predict_generator
    predict_proba = generators.predict_proba
    predict_classes = generators.predict_classes

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Make a `Functional` where the arguments are inputs and outputs."""
        if cls is Model and describes_graph(args, kwargs):
            functional: Any = Functional  # a Model, which is all that type checkers have to know
            return Layer.__new__(functional, *args, **kwargs)
        return Layer.__new__(cls, *args, **kwargs)

    @overload
    def __init__(
        self, inputs: Any, outputs: Any, name: str | None = None, *, trainable: bool | None = None
    ) -> None: ...
    @overload
    def __init__(self, *, input: Any, output: Any, name: str | None = None) -> None: ...
    @overload
    def __init__(self, **kwargs: Unpack[LayerOptions]) -> None: ...
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not describes_graph(args, kwargs):
            if args:
                raise TypeError(
                    f"{type(self).__name__}() got {len(args)} positional argument(s). Write "
                    "Model(inputs, outputs) for a functional model, or super().__init__(name=...) "
                    "in a subclass."
                )
            Layer.__init__(self, **kwargs)
            return
        given = {OLD_NAMES.get(name, name): value for name, value in kwargs.items()}
        given.update(zip(("inputs", "outputs", "name"), args, strict=False))
        inputs, outputs = given.pop("inputs"), given.pop("outputs")
        trainable = given.pop("trainable", None)
        Layer.__init__(self, **{k: v for k, v in given.items() if v is not None})
        self._set_graph(graph_between(inputs, outputs))
        self.built = True
        if trainable is not None:
            self.trainable = trainable

    def _set_graph(self, graph: LayerGraph) -> None:
        self.__dict__["_graph"] = graph
        self.__dict__["_convert_input_args"] = False
        for operation in graph.operations:
            if isinstance(operation, Layer):
                self._parts.add(operation)

    def _lock_state(self) -> None:
        """Leave the model open: layers may be attached at any time."""

    # Layers

    @property
    def layers(self) -> list[Any]:  # of whatever classes: each with attributes of its own
        """The layers, in the order of the weights."""
        if self._graph is not None:
            return [x for x in self._graph.operations if isinstance(x, Layer)]
        return list(self._parts.layers)

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError(
            "model.layers lists the model's layers and cannot be set. Name the attribute otherwise."
        )

    @property
    def operations(self) -> list[Any]:
        """The layers, and the functions of `cornu.ops` between them."""
        return list(self._graph.operations) if self._graph is not None else list(self.layers)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """Return a layer by name or by its place in `layers`.

        Raises
        ------
        ValueError
            If there is none, with names that resemble it.
        """
        layers = self.layers
        if (name is None) == (index is None):
            raise ValueError("get_layer() needs one of name and index.")
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(
                    f"Model {self.name!r} has {len(layers)} layers; there is none at index {index}."
                )
            return layers[index]
        named = next((layer for layer in layers if layer.name == name), None)
        if named is None:
            names = [layer.name for layer in layers]
            hint = near_matches(str(name), names) or f"Its layers are {names}."
            raise UnknownNameError(f"Model {self.name!r} has no layer {name!r}. {hint}")
        return named

    # Calling

    @property
    def _computes_outputs(self) -> bool:
        return self._graph is not None or type(self).call is not Model.call

    @open_signature
    def build(self, input_shape: Any = None) -> None:
        """Make all weights, for inputs of this shape.

        Called from a subclass's own `build`, it marks the model as built, and no more.

        Parameters
        ----------
        input_shape : tuple, or nested structure of tuples
            With the batch axis, which may be None.
        """
        if self._graph is None and self._inherits("build"):
            self._build_by_running(input_shape)

    def _ensure_built(self, arguments: dict[str, Any]) -> None:
        if not self.built and self._graph is None and self._first_input is None:
            remember_first_input(self, arguments)
        super()._ensure_built(arguments)

    def _inherits(self, name: str) -> bool:
        if name == "build":  # a model without its own build is built by being called
            return type(self).build is Model.build
        return super()._inherits(name)

    @open_signature
    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Compute the outputs. Subclasses write this; functional models run their layers.

        Parameters
        ----------
        inputs : value or nested structure of values
            Of the structure of `inputs`, or a dict by names.
        training : bool, optional
        mask : value or structure of values, optional
            One per input.
        """
        graph = self._graph
        if graph is None:
            raise NotImplementedError(
                f"{type(self).__name__} must define call(self, inputs), or call "
                "super().__init__(inputs, outputs)."
            )
        if mask is not None:
            for value, one in zip(tree.flatten(inputs), tree.flatten(mask), strict=False):
                if one is not None and hasattr(value, "shape"):
                    set_mask(value, one)
        values = match_inputs(graph, inputs, self._where())
        extra = [*self._symbolic_losses, *(tensor for tensor, _ in self._symbolic_metrics)]
        computed = graph.values(values, [*graph.outputs, *extra])
        count = len(graph.outputs)
        for loss in computed[count : count + len(self._symbolic_losses)]:
            Layer.add_loss(self, loss)
        for value, (_, name) in zip(
            computed[count + len(self._symbolic_losses) :], self._symbolic_metrics, strict=True
        ):
            Layer.add_metric(self, value, name)
        outputs = tree.pack_sequence_as(graph.outputs_structure, computed[:count])
        # A list of one output was a way to write it, as in Model(other.inputs, other.outputs).
        return outputs[0] if count == 1 and isinstance(outputs, (list, tuple)) else outputs

    def _converted(self, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        if args and type(args[0]) in (list, tuple, dict):
            args = (as_text(args[0]), *args[1:])
        return super()._converted(args, kwargs)

    def _expected(self) -> Any:
        return self.__dict__.get("_input_spec")  # shapes of a graph's inputs are checked as it runs

    def _masked(self, first: Any, outputs: Any, previous: Any) -> Any:
        return outputs  # the layers inside have marked them already

    def compute_mask(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the masks of the outputs for inputs with these masks.

        Parameters
        ----------
        inputs : value or structure of values
        previous_mask, mask : value, structure of values, or None
            One per input.
        """
        mask = given_mask(args, kwargs)
        if self._graph is None:
            return mask
        return tree.map_structure(get_mask, self.call(inputs, mask=mask))

    @property
    def supports_masking(self) -> bool:
        """True: masks travel through the layers inside."""
        return True

    @supports_masking.setter
    def supports_masking(self, value: bool) -> None:
        """Accept what subclasses of Keras 2 set; it changes nothing."""

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return symbolic outputs for symbolic inputs, without recording the call.

        Parameters
        ----------
        inputs : KerasTensor, or nested structure of them
        training : bool, optional
        mask : KerasTensor, optional
        """
        graph = self._graph
        if graph is None or not self._runs_graph():
            return self._trace_once(*args, **kwargs)
        leaves = tree.flatten(args[0] if args else kwargs["inputs"])
        same = len(leaves) == len(graph.inputs) and all(
            isinstance(x, KerasTensor)
            and x.shape == t.shape
            and x.dtype == t.dtype
            and x._keras_mask is None
            for x, t in zip(leaves, graph.inputs, strict=True)
        )
        if not same or self._symbolic_losses or self._symbolic_metrics:
            return self._trace_once(*args, **kwargs)
        return tree.map_structure(_twin, graph.outputs_structure)

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """Return the shape of the outputs for a shape of the inputs.

        Parameters
        ----------
        input_shape : tuple, or nested structure of tuples
            With the batch axis, which may be None.
        """
        graph = self._graph
        if graph is None or not self._runs_graph():
            return super().compute_output_shape(*args, **kwargs)
        shapes: list[Any] = []
        tree.map_shape_structure(shapes.append, args[0] if args else next(iter(kwargs.values())))
        tensors = [KerasTensor(s, t.dtype) for s, t in zip(shapes, graph.inputs, strict=True)]
        outputs = infer(lambda *values: graph.run(values), tuple(tensors), {}, owner=self._where())
        return tree.map_structure(lambda t: t.shape, outputs)

    def _runs_graph(self) -> bool:
        return type(self).call is Model.call

    # Symbolic losses and metrics

    def add_loss(self, loss: Any = None, inputs: Any = None, **kwargs: Any) -> None:
        """Add to what training minimises.

        Parameters
        ----------
        loss : value, KerasTensor, callable, or list of them
            In `call`, a scalar; for a functional model, also a symbolic tensor computed from its
            inputs; a callable without arguments is called in every step.
        inputs
            Accepted for Keras 2's sake.
        **kwargs
            `losses=`, Keras 2's name of `loss`.
        """
        loss = kwargs.pop("losses", loss)
        for one in loss if isinstance(loss, (list, tuple)) else [loss]:
            if isinstance(one, KerasTensor):
                self._extend_graph(one)
                self.__dict__["_symbolic_losses"] = (*self._symbolic_losses, one)
            else:
                Layer.add_loss(self, one, **kwargs)

    def add_metric(self, value: Any, name: str | None = None, aggregation: Any = None) -> None:
        """Show the mean of a value over the epoch; of a symbolic tensor, for a functional model."""
        if isinstance(value, KerasTensor):
            self._extend_graph(value)
            self.__dict__["_symbolic_metrics"] = (
                *self._symbolic_metrics,
                (value, name or value.name),
            )
        else:
            Layer.add_metric(self, value, name, aggregation)

    def _metrics_inside(self) -> list[Any]:
        """Return what a model around this one shows: not what belongs to the training of this one.

        That are the metrics of `compile` and those that a `train_step` updates.
        """
        added = [metric for metric in self._parts.metrics if isinstance(metric, AddedMetric)]
        return [*added, *self._metrics_of_sublayers()]

    def _extend_graph(self, tensor: KerasTensor) -> None:
        graph = self._graph
        if graph is None:
            raise ValueError(
                "A symbolic tensor can be added to a functional model only; in a subclassed one, "
                "call add_loss or add_metric in call(), with a value computed there."
            )
        extra = [*self._symbolic_losses, *(t for t, _ in self._symbolic_metrics), tensor]
        self._set_graph(LayerGraph(graph.inputs_structure, graph.outputs_structure, extra))

    # Keras 2's names

    def run_internal_graph(self, inputs: Any, masks: Any = None) -> tuple[Any, Any]:
        """Return the outputs and their masks for some inputs and masks."""
        outputs = self.call(inputs, mask=masks)
        return outputs, tree.map_structure(get_mask, outputs)

    @property
    def stateful(self) -> bool:
        """Whether a layer keeps state from batch to batch."""
        return any(layer.stateful for layer in self._flatten_layers()[1:])

    @stateful.setter
    def stateful(self, value: bool) -> None:
        """Accept what subclasses of Keras 2 set; the layers decide."""

    @property
    def state_updates(self) -> list[Any]:
        """Always empty: updates are part of the traced program."""
        return []

    @property
    def uses_learning_phase(self) -> bool:
        """Whether a layer behaves differently in training."""
        return any(
            signature_of(layer.call).accepts("training") for layer in self._flatten_layers()[1:]
        )

    def reset_states(self) -> None:
        """Forget what stateful layers remember of earlier batches."""
        for layer in self._flatten_layers()[1:]:
            reset = getattr(layer, "reset_states", None) or getattr(layer, "reset_state", None)
            if reset is not None and getattr(layer, "stateful", False):
                reset()

    # Configuration

    def get_config(self) -> dict[str, Any]:
        """Return what makes an equal model: its graph, else the arguments of the constructor."""
        if self._graph is not None and takes_graph(type(self)):
            return graph_config(self)
        return super().get_config()

    get_config.derives = True  # type: ignore[attr-defined]

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Make a model, with new weights, from what `get_config` returned."""
        with CustomObjectScope(custom_objects or {}):
            if not is_graph_config(config) or not takes_graph(cls):
                return super().from_config(config)
            arguments, rest = read_graph(config)
            if cls in (Model, Functional):
                return Functional(**arguments)
            return cls(**arguments, **rest)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self._reduced(protocol, training_state=True)

    def _reduced(self, protocol: Any, *, training_state: bool) -> Any:
        """Return what `pickle` keeps, with or without the state of optimizer and metrics."""
        if self._graph is None:
            return super().__reduce_ex__(protocol)
        return recipe(self, training_state=training_state)

    def __getstate__(self) -> dict[str, Any]:
        """Return the attributes that a subclassed model keeps: compiled programs stay behind."""
        state = super().__getstate__()
        for name in ("_steps", "history"):
            state.pop(name, None)
        return state

    def get_build_config(self) -> dict[str, Any] | None:
        """Return the shapes the model was built with."""
        return {"input_shape": None} if self._graph is not None else super().get_build_config()


class Functional(Model):
    """The class of `Model(inputs, outputs)`.

    Parameters
    ----------
    inputs, outputs : KerasTensor, or nested structure of them
    name : str, optional
    **kwargs
        `trainable`; `input` and `output`, the oldest names of the ends.

    Examples
    --------
    >>> import cornu
    >>> x = cornu.Input((4,), name="x")
    >>> list(Functional({"x": x}, {"double": x * 2.0}).output)
    ['double']
    """

    def __init__(
        self, inputs: Any = None, outputs: Any = None, name: str | None = None, **kwargs: Any
    ) -> None:
        inputs, outputs = kwargs.pop("input", inputs), kwargs.pop("output", outputs)
        super().__init__(inputs=inputs, outputs=outputs, name=name, **kwargs)


def _twin(tensor: KerasTensor) -> KerasTensor:
    twin = KerasTensor(tensor.shape, tensor.dtype)
    twin._keras_mask = tensor._keras_mask
    return twin
