"""Layers that run in front of the program: what they work on, no program holds."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.base.layer import CallNode, KerasTensor, Layer
from cornu_data.text import TEXT, HostValue, is_text
from cornu_engine import tree
from cornu_engine.errors import TracedValueError
from cornu_engine.graph import Node
from cornu_engine.trace import current_trace

__all__ = ["HostLayer"]


class HostLayer(Layer):
    """A layer whose `call` works on arrays: on text, or with what only Python can do.

    It may stand in front of a model, or at the beginning of one: what it returns is computed for
    each batch before the program runs, which takes it as one more input. It is not differentiated.

    Subclasses write `call(inputs)` for arrays, and `compute_output_shape`; `output_dtype` says what
    `call` returns. Those whose `call` takes the values of a program as well, where they are
    numbers, say so by `numbers`.

    Examples
    --------
    >>> import numpy as np
    >>> import cornu
    >>> class Length(HostLayer):
    ...     output_dtype = "int32"
    ...     def call(self, inputs):
    ...         return np.vectorize(len, otypes=["int32"])(inputs)
    ...     def compute_output_shape(self, input_shape):
    ...         return input_shape
    >>> x = cornu.Input((1,), dtype="string")
    >>> cornu.Model(x, Length()(x) * 2).predict(np.array(["a", "abc"]), verbose=0)
    array([[2],
           [6]], dtype=int32)
    """

    on_host = True
    numbers = False
    text = False  # whether it works on text, and not on numbers
    output_dtype: str | None = None

    def __init__(self, **kwargs: Any) -> None:
        if kwargs.get("dtype") == TEXT:  # of the inputs, in files of Keras 2
            del kwargs["dtype"]
        super().__init__(**kwargs)
        self.built = True

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Return what the layer makes of arrays, of symbolic tensors, or within a step.

        Raises
        ------
        TracedValueError
            If the layer is given what a program computes, or there is no stage in front of it.
        """
        leaves = tree.flatten(inputs)
        symbolic = any(isinstance(leaf, KerasTensor) for leaf in leaves)
        if not symbolic and not any(isinstance(leaf, (Node, HostValue)) for leaf in leaves):
            return self.call(inputs, **kwargs)
        if not any(map(is_text, leaves)):
            if self.numbers:
                return super().__call__(inputs, **kwargs)
            if self.text:
                raise TracedValueError(
                    f"{self._named()} works on text, and was given numbers of a model. Begin the "
                    "model with cornu.Input((1,), dtype='string'), or put the layer in front of "
                    "the model: model.fit(layer(x), y), model.predict(layer(x))."
                )
        if not symbolic:
            return self._in_front(inputs, kwargs)
        outputs = self.compute_output_spec(inputs, **kwargs)
        CallNode(self, (inputs,), kwargs, outputs)
        return outputs

    def compute_output_spec(self, inputs: Any, **kwargs: Any) -> Any:
        """Return symbolic tensors of the shape and dtype that a call would return."""
        if self.numbers and not any(map(is_text, tree.flatten(inputs))):
            return super().compute_output_spec(inputs, **kwargs)
        shapes = self.compute_output_shape(tree.map_structure(lambda x: tuple(x.shape), inputs))
        dtype = self.output_dtype or self._output_dtype
        return tree.map_shape_structure(lambda shape: KerasTensor(shape, dtype), shapes)

    @property
    def input_dtype(self) -> str:
        """Dtype of the inputs."""
        return TEXT if self.text else super().input_dtype

    def _in_front(self, inputs: Any, kwargs: dict[str, Any]) -> Any:
        """Compute in front of the step that is being traced, or tell the shapes there."""
        trace: Any = current_trace()
        host = trace.host
        if host is None:
            raise TracedValueError(
                f"{self._named()} runs in front of the program, on arrays, so the program alone "
                "does not hold it. Take what follows it: cornu.Model(layer.output, model.output), "
                "and give that model layer(x)."
            )
        if not isinstance(host, int):
            return host.call(self.call, (inputs,), kwargs, self.name)

        def stand_in(tensor: KerasTensor) -> Any:
            shape = tuple(host if size is None else size for size in tensor.shape)
            if is_text(tensor):
                return HostValue(shape)
            ones = np.broadcast_to(np.ones((), tensor.dtype), shape)  # of an eager trace
            return trace.input(self.name, shape, tensor.dtype, ones)

        return tree.map_structure(stand_in, self.compute_output_spec(inputs, **kwargs))

    def _named(self) -> str:
        return f"{type(self).__name__} {self.name!r}"
