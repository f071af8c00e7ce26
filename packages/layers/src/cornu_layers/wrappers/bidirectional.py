"""A recurrent layer in both directions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import Layer
from cornu.configuration.config import collecting, deserialize, serialize
from cornu.plugins.registry import CustomObjectScope
from cornu_data.files.plan import in_layout_of
from cornu_engine import tree
from cornu_engine.errors import ShapeError
from cornu_layers import validation
from cornu_layers.checks import where
from cornu_layers.recurrent.protocol import first_mask, inputs_and_states

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import NamedOptions

    class BidirectionalOptions(NamedOptions, total=False):
        """What `Layer` takes, beside `weights`."""

        input_dim: int | None
        input_length: int | None
        activity_regularizer: Any


_MERGES: dict[str | None, Callable[[Any, Any], Any]] = {
    "concat": lambda a, b: ops.concatenate([a, b], axis=-1),
    "sum": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "ave": lambda a, b: (a + b) / 2,
    None: lambda a, b: (a, b),
}
_COMMON = ("return_sequences", "return_state", "stateful")


class Bidirectional(Layer):
    """Run a recurrent layer forwards and a twin of it backwards, and merge what they return.

    Parameters
    ----------
    layer : Layer
        A recurrent layer; a copy of it runs in each direction.
    merge_mode : {"concat", "sum", "mul", "ave", None}
        How the two outputs become one; None returns both.
    backward_layer : Layer, optional
        What runs backwards instead of the twin; needs `go_backwards=True`.
    weights : list of array, optional
        First values, the forward layer's first.

    Notes
    -----
    Input as of `layer`; the backward sequence is turned round, so that both outputs of a step speak
    of the same step. `initial_state` holds the states of the forward layer, then of the backward
    one. With `return_sequences`, outputs of masked steps are 0.

    Raises
    ------
    ValueError
        For an unknown `merge_mode`, or layers that do not fit each other.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.Bidirectional(layers.LSTM(4, return_sequences=True))
    >>> layer(np.ones((2, 5, 3), "float32")).shape
    (2, 5, 8)

    References
    ----------
    Schuster and Paliwal, "Bidirectional Recurrent Neural Networks" (1997),
    https://doi.org/10.1109/78.650093
    """

    def __init__(
        self,
        layer: Any,
        merge_mode: str | None = "concat",
        weights: Sequence[Any] | None = None,
        backward_layer: Any = None,
        **kwargs: Unpack[BidirectionalOptions],
    ) -> None:
        super().__init__(weights=weights, **kwargs)
        self.merge_mode = validation.choice(self, "merge_mode", merge_mode, tuple(_MERGES))
        for one in (layer, backward_layer):
            if one is not None and not (isinstance(one, Layer) and hasattr(one, "go_backwards")):
                raise ValueError(
                    f"{where(self)} goes around recurrent layers, which have go_backwards; "
                    f"{one!r} has not. Pass an LSTM, GRU, SimpleRNN or RNN(cell)."
                )
        self.forward_layer = _twin(layer, "forward")
        self.backward_layer = (
            _twin(layer, "backward", go_backwards=not layer.go_backwards)
            if backward_layer is None
            else backward_layer
        )
        self._check_pair()
        self.stateful = self.forward_layer.stateful
        for one in (self.forward_layer, self.backward_layer):
            one.zero_output_for_mask = one.return_sequences
        self.supports_masking = True

    @property
    def _output_dtype(self) -> str:
        return self.forward_layer._output_dtype

    @property
    def layer(self) -> Any:
        """The layer that runs forwards."""
        return self.forward_layer

    @property
    def return_sequences(self) -> bool:
        """Whether every step has an output."""
        return self.forward_layer.return_sequences

    @property
    def return_state(self) -> bool:
        """Whether the states are returned too."""
        return self.forward_layer.return_state

    @property
    def states(self) -> Any:
        """States that are kept: the forward layer's, then the backward one's."""
        pair = self.forward_layer.states, self.backward_layer.states
        return None if None in pair else (*pair[0], *pair[1])

    def _check_pair(self) -> None:
        a, b = self.forward_layer, self.backward_layer
        if a.go_backwards == b.go_backwards:
            raise ValueError(
                f"{where(self)}: both layers have go_backwards={a.go_backwards}; one of them must "
                f"go the other way. Give backward_layer go_backwards={not a.go_backwards}."
            )
        for name in _COMMON:
            if getattr(a, name) != getattr(b, name):
                raise ValueError(
                    f"{where(self)}: the layers must agree in {name}; they have "
                    f"{getattr(a, name)} and {getattr(b, name)}."
                )

    def build(
        self, sequences_shape: Any, initial_state_shape: Any = None, constants_shape: Any = None
    ) -> None:
        """Build both layers."""
        self._check_states(initial_state_shape)
        more = {} if constants_shape is None else {"constants_shape": constants_shape}
        for one in (self.forward_layer, self.backward_layer):
            if not one.built:
                one.build(sequences_shape, **more)

    def _check_states(self, shapes: Any) -> None:
        if shapes is not None and tree.is_shape(shapes):
            raise ShapeError(
                f"{where(self)} takes initial_state as a list: the forward layer's states, then "
                "the backward layer's."
            )

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool | None = None,
        constants: Any = None,
    ) -> Any:
        """Return the merged outputs, and the states behind them if `return_state`."""
        sequences, initial_state, mask = inputs_and_states(sequences, initial_state, mask)
        half = 0 if initial_state is None else len(initial_state) // 2
        both = {"mask": mask, "training": training, "constants": constants}
        of_forth, of_back = (initial_state[:half], initial_state[half:]) if half else (None, None)
        forth = self.forward_layer(sequences, initial_state=of_forth, **both)
        back = self.backward_layer(sequences, initial_state=of_back, **both)
        states: tuple[Any, ...] = ()
        if self.return_state:
            states = (*forth[1:], *back[1:])
            forth, back = forth[0], back[0]
        if self.return_sequences:
            back = ops.flip(back, axis=0 if self.backward_layer.time_major else 1)
        output = _MERGES[self.merge_mode](forth, back)
        if not self.return_state:
            return output
        return (*output, *states) if self.merge_mode is None else (output, *states)

    def compute_output_shape(
        self, sequences_shape: Any, initial_state_shape: Any = None, constants_shape: Any = None
    ) -> Any:
        """Return the shape of the merged outputs, or those of outputs and states."""
        self._check_states(initial_state_shape)
        output = self.forward_layer.compute_output_shape(sequences_shape)
        states: tuple[Any, ...] = ()
        if self.return_state:
            output, *own = output
            states = (*own, *own)
        if self.merge_mode == "concat":
            output = (*output[:-1], output[-1] * 2)
        if self.merge_mode is None:
            return (output, output, *states)
        return (output, *states) if self.return_state else output

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Make a layer from what `get_config` returned; `custom_objects` are layers of your own."""
        with CustomObjectScope(custom_objects or {}):
            return super().from_config(config)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the input's mask for each output that has steps."""
        mask = first_mask(mask) if self.return_sequences else None
        outputs = [mask, mask] if self.merge_mode is None else [mask]
        states = [None] * (2 * len(self.forward_layer.state_size)) if self.return_state else []
        return [*outputs, *states] if len(outputs) + len(states) > 1 else mask

    def reset_state(self) -> None:
        """Start both layers from zeros again."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    def reset_states(self) -> None:
        """Start both layers from zeros again."""
        self.reset_state()

    def from_file_layout(self, arrays: list[Any]) -> list[Any]:
        """Return what a file holds in the layouts of the two layers, the forward one's first."""
        half = len(arrays) // 2
        return [
            *in_layout_of(self.forward_layer, arrays[:half]),
            *in_layout_of(self.backward_layer, arrays[half:]),
        ]


def _twin(layer: Any, direction: str, **changes: Any) -> Any:
    """Return a new layer of the same configuration, named after its direction."""
    with collecting() as objects:
        config = serialize(layer)
    config.pop("build_config", None)
    name = layer.name.removeprefix(f"{direction}_")
    config["config"] = {**config["config"], "name": f"{direction}_{name}", **changes}
    return deserialize(config, custom_objects=objects)
