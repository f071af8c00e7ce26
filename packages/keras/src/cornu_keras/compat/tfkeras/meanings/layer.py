"""Layers and models of tf.keras, called outside of a step: tensors come in, tensors come out."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_data.symbolic.masks import get_mask, set_mask
from cornu_engine import tree
from cornu_engine.trace import current_trace
from cornu_keras.compat.tensorflow.rows_of_lengths import Ragged
from cornu_keras.compat.tensorflow.texts import as_text
from cornu_keras.compat.tensorflow.values import as_tensors

__all__ = ["AnyLength", "SpeaksTensors"]


class SpeaksTensors:
    """What `call` of a script's own layer is given are tensors, as what calls return."""

    @classmethod
    def _prepare(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Take no name, and an empty one, as none."""
        return {k: v for k, v in kwargs.items() if k != "name" or v != ""}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return tensors; of rows of unequal lengths, such rows."""
        if args and isinstance(args[0], Ragged):
            values = self(args[0].flat_values, *args[1:], **kwargs)
            return args[0].with_flat_values(values)
        outputs = super().__call__(*args, **kwargs)  # type: ignore[misc]
        return outputs if current_trace() is not None else tree.map_structure(_output, outputs)

    def _explained(self, args: Any, kwargs: Any, first: Any) -> Any:
        if current_trace() is None and _by_the_script(type(self)):
            args, kwargs = _tensors(args), _tensors(kwargs)
        return super()._explained(args, kwargs, first)  # type: ignore[misc]


class AnyLength:
    """`Embedding`: how long sequences are is checked by nobody."""

    input_spec: Any

    def _made(self) -> None:
        self.input_spec = None


def _by_the_script(cls: Any) -> bool:
    return cls.call.__module__.partition(".")[0].partition("_")[0] != "cornu"


def _tensors(values: Any) -> Any:
    return tree.map_structure(_tensor, values)


def _output(value: Any) -> Any:
    return as_text(value) if isinstance(value, (str, bytes)) else _tensor(value)


def _tensor(value: Any) -> Any:
    if not isinstance(value, (np.ndarray, np.generic)):
        return value
    made, mask = as_tensors(value), get_mask(value)
    if mask is not None:
        set_mask(made, as_tensors(np.asarray(mask)))
    return made
