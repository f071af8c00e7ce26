"""Functions of symbolic tensors, and their gradients."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu import backends
from cornu.base.layer.context import CallContext
from cornu.base.optimizer import OptimizerStep
from cornu.models.function import Function as Graph
from cornu_engine.bfloat16 import narrowed
from cornu_engine.gradients import gradients as _node_gradients
from cornu_engine.program import build_program
from cornu_engine.settings import limits
from cornu_engine.trace import Trace, as_node, convert, op
from cornu_engine.values import Value
from cornu_engine.variable import Storage, Variable
from cornu_keras.backend.phases import LearningPhase
from cornu_keras.backend.variables import is_keras_tensor


class Function:
    """A compiled function from values of some symbolic tensors to values of others.

    Parameters
    ----------
    inputs
        Symbolic inputs (`Input`, `model.input`, `placeholder`), and where the function
        takes it `K.learning_phase()`.
    outputs
        Symbolic tensors computed from them.
    updates
        Pairs of variable and its new value (a symbolic tensor), assigned at every call, and what
        `optimizer.get_updates` returns.
    name
        Shown in the program.
    """

    def __init__(
        self,
        inputs: Sequence[Any],
        outputs: Any,
        updates: Any = None,
        name: str | None = None,
        **session_kwargs: Any,
    ) -> None:
        if session_kwargs:
            raise TypeError(f"function() takes no argument {sorted(session_kwargs)[0]!r}.")
        if not isinstance(inputs, (list, tuple)):
            raise TypeError("`inputs` of a backend function must be a list or tuple.")
        self.inputs = list(inputs)
        self.single = not isinstance(outputs, (list, tuple))
        self.outputs = [outputs] if self.single else list(outputs)
        self.updates = [pair for pair in updates or [] if isinstance(pair, (list, tuple))]
        self.steps = [step for step in updates or [] if isinstance(step, OptimizerStep)]
        for variable, new in self.updates:
            if isinstance(new, (Value, np.generic)):  # a constant, where a rule was meant
                raise ValueError(
                    f"function(): the new value of {variable.path!r} was computed once, when it "
                    "was written, and would be the same at each call. Make it of a symbolic "
                    "tensor: updates=[(v, cornu.layers.Lambda(lambda x: v + 1)(x))]."
                )
        self.name = name or "function"
        fed = [x for x in self.inputs if not isinstance(x, LearningPhase)]
        wrong = [x for x in fed if not is_keras_tensor(x)]
        if wrong:
            raise TypeError(f"The inputs of a function must be symbolic tensors, got {wrong[0]!r}.")
        symbolic = [
            x
            for x in (
                *self.outputs,
                *(new for _, new in self.updates),
                *(step.loss for step in self.steps),
            )
            if is_keras_tensor(x)
        ]
        known = {id(x) for x in fed}
        roots = {id(r): r for x in symbolic for r in _inputs_of(x) if id(r) not in known}
        fixed = [r for r in roots.values() if hasattr(r._operation, "fixed_value")]
        self._fixed = [r._operation.fixed_value for r in fixed]  # inputs that nobody has to feed
        self._graph = Graph([*fed, *fixed], symbolic)
        self._programs: OrderedDict[Any, Any] = OrderedDict()

    def __call__(self, inputs: Any) -> Any:
        """Return the outputs for a list of arrays, one for each input."""
        values = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        if len(values) != len(self.inputs):
            raise ValueError(f"The function takes {len(self.inputs)} inputs, got {len(values)}.")
        training, arrays = None, []
        for given, symbol in zip(values, self.inputs, strict=True):
            if isinstance(symbol, LearningPhase):
                training = bool(given)
            else:
                arrays.append(np.asarray(convert(given, symbol.dtype), order="C"))
        arrays += [np.array(value, order="C") for value in self._fixed]
        key = (training, Storage.epoch, *((a.shape, a.dtype.str) for a in arrays))
        if key not in self._programs:
            self._programs[key] = self._compiled(arrays, training)
            if len(self._programs) > limits.kept:
                self._programs.popitem(last=False)
        results = [np.array(r) for r in self._programs[key](*arrays)]
        return results[0] if self.single else results

    def _compiled(self, arrays: list[np.ndarray], training: bool | None) -> Any:
        with Trace(self.name) as trace:
            nodes = [trace.input(f"input_{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
            with CallContext(None, training):
                found = iter(self._graph(nodes))
            outputs = [as_node(next(found) if is_keras_tensor(x) else x) for x in self.outputs]
            for variable, new in self.updates:
                trace.assign(variable, next(found) if is_keras_tensor(new) else new)
            for step in self.steps:
                step.optimizer.get_updates(next(found), step.params)
            program = build_program(self.name, trace, outputs)
        return narrowed(backends.resolve(None).compile(program), outputs)


def function(inputs: Sequence[Any], outputs: Any, updates: Any = None, **kwargs: Any) -> Function:
    """A compiled function from values of some symbolic tensors to values of others.

    Parameters
    ----------
    inputs
        Symbolic inputs, and where the phase shall be chosen at the call `K.learning_phase()`.
    outputs
        Symbolic tensors computed from them.
    updates
        Pairs of variable and its new value, assigned at every call.
    **kwargs
        `name`.

    Returns
    -------
    Function
        Takes a list of arrays and returns a list of arrays.

    Examples
    --------
    >>> x = cornu.Input((2,))
    >>> double = K.function([x], [x * 2.0])
    >>> double([np.ones((1, 2))])
    [array([[2., 2.]], dtype=float32)]
    """
    return Function(inputs, outputs, updates, **kwargs)


def gradients(loss: Any, variables: Any) -> list[Any]:
    """The gradients of the sum of `loss` by each of `variables`.

    Parameters
    ----------
    loss
        A symbolic tensor, or inside a trace a traced value.
    variables
        Variables, or tensors that `loss` was computed from (such as `model.input`); one or a
        list.

    Returns
    -------
    list
        One tensor of the shape of each; zeros for those that `loss` does not depend on.

    Raises
    ------
    TypeError
        For arrays: they do not remember what they were computed from. Use `cornu.grad`.

    Examples
    --------
    >>> x = cornu.Input((2,))
    >>> slope = K.function([x], K.gradients(x * x, [x]))
    >>> slope([np.array([[1.0, 3.0]])])
    [array([[2., 6.]], dtype=float32)]
    """
    chosen = list(variables) if isinstance(variables, (list, tuple)) else [variables]
    if is_keras_tensor(loss):
        return _symbolic_gradients(loss, chosen)
    if isinstance(loss, np.ndarray) or not hasattr(loss, "op"):
        raise TypeError(
            "An array does not remember what it was computed from. "
            "Differentiate the function that computes it: cornu.grad(function)(x)."
        )
    return _node_gradients([loss], [as_node(v) for v in chosen])


def _symbolic_gradients(loss: Any, variables: list[Any]) -> list[Any]:
    roots = _inputs_of(loss)
    symbolic = [v for v in variables if is_keras_tensor(v)]
    graph = Graph(roots, [loss, *symbolic])

    @op
    def gradient(*values: Any) -> list[Any]:
        outputs = graph(list(values))
        nodes = iter(outputs[1:])
        wanted = [as_node(next(nodes) if is_keras_tensor(v) else v) for v in variables]
        return _node_gradients([as_node(outputs[0])], wanted)

    wrong = [v for v in variables if not is_keras_tensor(v) and not isinstance(v, Variable)]
    if wrong:
        raise TypeError(
            f"gradients() differentiates by variables and symbolic tensors, not by {wrong[0]!r}."
        )
    return list(gradient(*roots))


def _inputs_of(tensor: Any) -> list[Any]:
    """The symbolic inputs that a tensor comes from, in order."""
    inputs: dict[Any, Any] = {}
    seen: set[int] = set()
    stack = [tensor]
    while stack:
        x = stack.pop()
        if id(x) in seen:
            continue
        seen.add(id(x))
        if x.node.is_input:
            inputs.setdefault((id(x.node), x.tensor_index), x)
        else:
            stack.extend(reversed(x.node.input_tensors))
    return list(inputs.values())
