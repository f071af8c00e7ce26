"""The base class of all layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.base.layer import tracking
from cornu.base.layer.calls import Calls
from cornu.base.layer.configuration import PLACE_ARGUMENTS, derived_config
from cornu.base.layer.context import current_call
from cornu.base.layer.dtype_policy import DTypePolicy, dtype_policy_config, get_dtype_policy
from cornu.base.layer.explaining import made_anew
from cornu.base.layer.operation import Operation
from cornu.base.shown import repr_html
from cornu.configuration.annotated import are_meant
from cornu.configuration.arguments import revive_arguments
from cornu.configuration.config import serialize
from cornu.plugins import registry
from cornu_data.annotations import refuse_text
from cornu_data.constructors import check_call, not_taken
from cornu_data.shapes import as_shape
from cornu_engine.errors import NotBuiltError, ShapeError, quoted
from cornu_engine.graph import Node
from cornu_engine.trace import current_trace
from cornu_ops.lending import lent, values_of
from cornu_ops.remat import current_remat

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from cornu.base.layer.options import PlaceOptions

_LOCKED = "Make weights and layers in __init__() or build(), not in call()."
# Attributes that are no parts of the layer, though they hold variables, layers or lists of them.
_UNTRACKED = frozenset(
    {"_inbound_nodes", "_losses", "_loss_functions", "_parts", "_made_with", "_build_shapes"}
)


class Layer(Calls):
    r"""A piece of a model: weights, and a function of them and of the inputs.

    A subclass stores its arguments in `__init__`, makes weights in `build` and computes in `call`.
    Nothing else has to be written: the configuration comes from the signature of `__init__`, shapes
    of outputs from tracing `call`, gradients from the operations in it. Layers among the
    attributes, also in lists and dicts, belong to the layer.

    Parameters
    ----------
    activity_regularizer : str, callable or Regularizer, optional
        Its penalty on the outputs, per sample, is one of `losses`.
    trainable : bool
        Whether training moves the weights.
    dtype : str or DTypePolicy, optional
        Of weights and computation; `cornu.config.floatx()` if not given.
    autocast : bool
        Whether floating inputs are cast to the dtype of computation.
    name : str, optional
        The class name in snake case, numbered, if not given.
    **kwargs
        `input_shape` or `batch_input_shape`, `input_dim` with `input_length`, `batch_size`: the
        shape of the input, for the first layer of a Sequential model. `weights`: initial values, as
        for `set_weights`.

    Examples
    --------
    >>> import numpy as np
    >>> class Linear(Layer):
    ...     def __init__(self, units, **kwargs):
    ...         super().__init__(**kwargs)
    ...         self.units = units
    ...     def build(self, input_shape):
    ...         shape = (input_shape[-1], self.units)
    ...         self.kernel = self.add_weight("kernel", shape, initializer="ones")
    ...     def call(self, inputs):
    ...         return inputs @ self.kernel
    >>> layer = Linear(2, name="linear")
    >>> layer(np.ones((1, 3), "float32"))
    array([[3., 3.]], dtype=float32)
    >>> layer.get_config()["units"], [w.path for w in layer.weights]
    (2, ['linear/kernel'])
    """

    stateless = False  # whether there is nothing to build: no weights, no layers inside

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Note the arguments, for `get_config`."""
        check_call(cls, args, kwargs, PLACE_ARGUMENTS)
        refuse_text(cls, args, kwargs, are_meant)
        layer = super().__new__(cls)
        kept = {k: v for k, v in kwargs.items() if k != "weights"}
        layer.__dict__.update(
            _parts=tracking.Parts(),
            _made_with=(args, kept),
            _building=False,
            _made_within=current_call() is not None or current_trace() is not None,
        )
        return layer

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Unpack[PlaceOptions],
    ) -> None:
        Operation.__init__(self, name=name)
        shape = _batch_shape_argument(kwargs)
        initial_weights = kwargs.pop("weights", None)
        if kwargs:
            raise ValueError(not_taken(type(self), kwargs, PLACE_ARGUMENTS))
        self.dtype_policy = dtype
        self.autocast = autocast
        self.activity_regularizer = registry.get("regularizer", activity_regularizer)
        self.built = False
        self._remat = current_remat()
        if not isinstance(trainable, (bool, np.bool_)):
            raise ValueError(f"trainable is True or False; got {quoted(trainable)}.")
        self._trainable = bool(trainable)
        self._path: str | None = None
        self._input_spec: Any = None
        self._losses: list[Any] = []
        self._loss_functions: list[Any] = []
        self._build_shapes: dict[str, Any] | None = None
        self._initial_weights = initial_weights
        if shape is not None:
            self._batch_input_shape = shape
        if self.stateless:
            self._build_at_init()

    # Parts among the attributes

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _UNTRACKED:
            self.__dict__[name] = value
            return
        known = self.__dict__.get(name)
        if known is not None and known is not value:
            if isinstance(value, Layer) and value._made_within and current_call() is not None:
                raise ValueError(made_anew(value, f"self.{name}"))
            self._let_go(name, known)
            if name == "name":
                self._parts.count_change()
        super().__setattr__(name, self._parts.track(value))

    def __delattr__(self, name: str) -> None:
        if name in self.__dict__ and name not in _UNTRACKED:
            self._let_go(name, self.__dict__[name])
        super().__delattr__(name)

    def _let_go(self, name: str, part: Any) -> None:
        if [key for key, other in self.__dict__.items() if other is part] == [name]:
            self._parts.untrack(part)

    @property
    def _layers(self) -> list[Any]:
        return self._parts.layers

    def _build_at_init(self) -> None:
        """Count as built from the start, unless a subclass defines `build`."""
        if self._inherits("build"):
            self.built = True

    def _finish_build(self) -> None:
        if self._initial_weights is not None:
            weights, self._initial_weights = self._initial_weights, None
            self.set_weights(weights)
        self._lock_state()

    def _lock_state(self) -> None:
        self._parts.locked = (
            f"Layer {self._where()} is built, so it takes no new weights or layers. {_LOCKED}"
        )

    # Dtypes

    @property
    def dtype_policy(self) -> DTypePolicy:
        """The dtypes of weights and computation; settable."""
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        self._dtype_policy = get_dtype_policy(value)

    @property
    def dtype(self) -> str:
        """Dtype of the weights."""
        return self.variable_dtype

    @property
    def variable_dtype(self) -> str:  # type: ignore[override]
        """Dtype of the weights."""
        return self._dtype_policy.variable_dtype

    @property
    def compute_dtype(self) -> str:  # type: ignore[override]
        """Dtype of the computation."""
        return self._dtype_policy.compute_dtype

    @property
    def input_dtype(self) -> str:
        """Dtype that floating inputs are cast to."""
        return self.compute_dtype

    quantization_mode: Any = None

    # What it expects

    @property
    def input_spec(self) -> Any:
        """`InputSpec`, or structure of them, that inputs are checked against; settable."""
        return self._input_spec

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        self.__dict__["_input_spec"] = value

    def assert_input_compatibility(self, inputs: Any) -> None:
        """Raise ShapeError unless the inputs meet `input_spec`."""
        self._check_inputs(inputs)

    # Configuration

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal layer, as JSON can hold them.

        Derived from the signature of `__init__`; a subclass that overrides it adds to what
        `super()` returns.
        """
        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": dtype_policy_config(self._dtype_policy),
        }
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = serialize(self.activity_regularizer)
        return {**config, **derived_config(self, Layer)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Make a layer from what `get_config` returned."""
        return cls(**revive_arguments(cls, config))

    # Keras 2's names

    @property
    def updates(self) -> list[Any]:
        """Always empty: what `call` assigns to variables is part of the traced program."""
        return []

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Do nothing: assign to variables in `call` instead."""

    def get_losses_for(self, inputs: Any = None) -> list[Any]:
        """Return `losses`."""
        return self.losses

    def get_updates_for(self, inputs: Any = None) -> list[Any]:
        """Return `updates`."""
        return []

    @property
    def stateful(self) -> bool:
        """Whether the layer keeps state from batch to batch; settable."""
        return self.__dict__.get("_stateful", False)

    @stateful.setter
    def stateful(self, value: bool) -> None:
        self.__dict__["_stateful"] = bool(value)

    # Functional use

    def stateless_call(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> tuple:
        """Call the layer with other values in its variables, leaving the layer as it is.

        Returns
        -------
        tuple
            The outputs, the non-trainable variables after the call, and with `return_losses` the
            losses.
        """
        if not self.built:
            raise NotBuiltError(f"Layer {self._where()} must be built before stateless_call.")
        with lent(
            trainable_variables=(self.trainable_variables, trainable_variables),
            non_trainable_variables=(self.non_trainable_variables, non_trainable_variables),
        ):
            outputs = self(*args, **kwargs)
            after = values_of(self.non_trainable_variables)
            losses = self.losses if return_losses else None
        return (outputs, after, losses) if return_losses else (outputs, after)

    # Files

    def save_own_variables(self, store: Any) -> None:
        """Write the layer's own variables, not its sublayers', as "0", "1", … of `store`."""
        for index, variable in enumerate(self._own_variables()):
            store[str(index)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Read what `save_own_variables` wrote."""
        variables = self._own_variables()
        if len(store.keys()) != len(variables):
            unbuilt = (
                "" if self.built else " It is not built: build the model before loading weights."
            )
            raise ShapeError(
                f"Layer {self._where()} has {len(variables)} variables, but the file has "
                f"{len(store.keys())} for it."
                f"{unbuilt}"
            )
        for index, variable in enumerate(variables):
            variable.assign(store[str(index)])

    def _own_variables(self) -> list[Any]:
        return [*self._parts.trainable_variables, *self._parts.non_trainable_variables]

    # Copies

    def traced_from(self) -> dict[str, Any]:
        """Return what of the layer a step follows from; variables count without their numbers."""
        losses = [loss for loss in self._losses if not isinstance(loss, Node)]
        return {**self.__getstate__(), "_path": self._path_now(), "_losses": losses}

    def __getstate__(self) -> dict[str, Any]:
        # Calls on symbolic tensors belong to the models they were made for.
        return {**self.__dict__, "_inbound_nodes": [], "_losses": []}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        locked, self._parts.locked = self._parts.locked, ""
        for name, value in state.items():
            if name not in _UNTRACKED:  # lists and dicts come back plain: note additions again
                self.__dict__[name] = self._parts.track(value)
        self._parts.locked = locked

    _repr_html_ = repr_html

    def __repr__(self) -> str:
        name, built = self.__dict__.get("name"), self.__dict__.get("built")
        return f"<{type(self).__name__} name={name}, built={built}>"


tracking.PART_KINDS.append((Layer, "layers"))


def _batch_shape_argument(kwargs: PlaceOptions) -> tuple | None:
    """Take the shape of the input, in any of Keras' spellings, out of `kwargs`."""
    batch_size = kwargs.pop("batch_size", None)
    whole = kwargs.pop("batch_input_shape", None)
    whole = kwargs.pop("batch_shape", None) if whole is None else whole
    shape = kwargs.pop("input_shape", None)
    dim, length = kwargs.pop("input_dim", None), kwargs.pop("input_length", None)
    if whole is not None:
        return as_shape(whole)
    if shape is None and dim is not None:
        shape = (dim,) if length is None else (length, dim)
    return None if shape is None else (batch_size, *as_shape(shape))
