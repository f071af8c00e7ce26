"""Models: what of them is trained, and what they list of their layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.base.layer import KerasTensor, Layer
from cornu.base.layer.context import current_call
from cornu.models.input_layer import InputLayer
from cornu.plugins import registry
from cornu_engine import tree
from cornu_engine.config import learning_phase
from cornu_engine.trace import current_trace
from cornu_keras.compat.keras2.meanings.described import Described
from cornu_keras.compat.keras2.meanings.layer import LayerMeanings
from cornu_keras.compat.keras2.meanings.listed import ListedOfLayers
from cornu_keras.compat.keras2.meanings.masks import of_symbols

__all__ = ["EntersByFirst", "ModelMeanings", "SequentialMeanings"]


class ModelMeanings(Described, ListedOfLayers, LayerMeanings):
    """What a model means in Keras 2."""

    layers: Any
    outputs: Any
    _any_rank = True  # the layers are called on what comes; who is not content says so

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the model; numbers are taken for constants, and the phase that was set holds."""
        phase = learning_phase()
        if phase is not None and current_call() is None:
            kwargs["training"] = phase
        if args and current_trace() is None and not _has_symbols((args, kwargs)):
            first = tree.map_structure(_as_array, args[0])
            args = (first, *args[1:])
        return super().__call__(*args, **kwargs)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the masks of the outputs, which may be of symbolic inputs."""
        return of_symbols(super().compute_mask, inputs, mask)

    @property
    def stateful(self) -> bool:
        """Whether a layer keeps state from batch to batch."""
        return any(getattr(layer, "stateful", False) for layer in self.layers)

    @stateful.setter
    def stateful(self, value: bool) -> None:
        """Accept what `Layer.__init__` sets: the layers say it."""

    @property
    def state_updates(self) -> list[Any]:
        """What the calls of stateful layers move, also while not training."""
        return [
            update
            for layer in self.layers
            if getattr(layer, "stateful", False)
            for update in layer.updates
        ]

    @property
    def uses_learning_phase(self) -> bool:
        """Whether an output differs between training and testing."""
        if self._graph is None:
            return True
        return any(getattr(x, "_uses_learning_phase", False) for x in self.outputs)


class EntersByFirst:
    """A stack whose input is called after its first layer: `dense_1_input`."""

    _speaking: Any
    _stack: list[Any]
    _tensors: list[Any]
    _parts: Any

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer on top; a first one that says its input brings an input by its own name."""
        if not self._stack and isinstance(layer, Layer) and not isinstance(layer, InputLayer):
            shape = getattr(layer, "_batch_input_shape", None)
            joined = getattr(layer, "joined", None)
            if joined:
                self._stack.append(InputLayer(batch_shape=(None,), name=f"{layer.name}_input"))
                self._tensors.append(joined[0])
                self._stack.append(layer)
                self._tensors.append(joined[1])
                self._names.add(layer.name)
                self._parts.add(layer)
                self.built = True
                return
            if shape is not None:
                super().add(self._entry(layer, shape, layer.input_dtype))  # type: ignore[misc]
        super().add(layer, rebuild)  # type: ignore[misc]

    def _insert_input(self, shape: Any, dtype: Any) -> None:
        entry = self._entry(self._stack[0], shape, dtype)
        self._stack.insert(0, entry)
        self._names.add(entry.name)
        self._tensors.append(entry.output)

    def _entry(self, layer: Any, shape: Any, dtype: Any) -> InputLayer:
        with self._speaking():
            made = registry.meant("layer", "InputLayer", InputLayer)
            return made(batch_shape=shape, dtype=dtype, name=f"{layer.name}_input")

    _names: set[str]


class SequentialMeanings(EntersByFirst, LayerMeanings):
    """What a stack of layers means in Keras 2."""


def _has_symbols(structure: Any) -> bool:
    return any(isinstance(x, KerasTensor) for x in tree.flatten(structure))


def _as_array(value: Any) -> Any:
    return np.asarray(value) if isinstance(value, (int, float)) else value
