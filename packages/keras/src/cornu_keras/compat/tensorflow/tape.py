"""`tf.GradientTape`: what is computed inside of it is recorded, and known at once.

Inside a step that is traced, such as `train_step`, the tape reads the step's own graph.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine import tree
from cornu_engine.eager import EagerTrace
from cornu_engine.gradients import arriving, zeros_like
from cornu_engine.graph import Node, leaf
from cornu_engine.trace import as_node, current_trace
from cornu_engine.variable import Variable
from cornu_keras.compat.tensorflow.graphs import is_symbolic
from cornu_keras.compat.tensorflow.numbers import KNOWN, evaluate, value_of
from cornu_keras.compat.tensorflow.values import Paused, as_tensors

__all__ = ["GradientTape", "Recording", "UnconnectedGradients", "gradients", "hessians"]


class UnconnectedGradients:
    """What a gradient is where nothing leads from the source to the target."""

    NONE = "none"
    ZERO = "zero"


class Recording(EagerTrace):
    """An eager trace whose numbers are known after it has ended, and that writes at once.

    A variable that is read again after it was written is another leaf: what was computed before
    stays as it was.
    """

    def __init__(self, name: str = "tape") -> None:
        super().__init__(name)
        self.values = KNOWN
        self.leaves: dict[Variable, list[Node]] = {}

    def read(self, variable: Variable) -> Node:
        """Return the value of a variable as it is now."""
        leaves = self.leaves.setdefault(variable, [])
        if not leaves or not _same(KNOWN[leaves[-1]], variable.array):
            made = leaf("variable", variable.shape, variable.dtype, name=variable.path)
            KNOWN[made] = variable.array.copy()
            leaves.append(made)
        return leaves[-1]

    def assign(self, variable: Variable, value: Any) -> Node:
        """Write a variable at once."""
        node = as_node(value, like=variable.dtype)
        array = np.asarray(self.value_of(node), variable.dtype)
        if array.shape != variable.shape:
            raise ValueError(
                f"A value of shape {array.shape} cannot be assigned to {variable.path!r} of shape "
                f"{variable.shape}."
            )
        with Paused():
            variable.assign(array)
        return node

    def value_of(self, node: Node) -> Any:
        """Return the number behind a node."""
        return value_of(node)


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


class GradientTape:
    """Records operations, and differentiates them.

    Parameters
    ----------
    persistent : bool
        Whether `gradient` may be called more than once.
    watch_accessed_variables : bool
        Whether trainable variables are watched as soon as they are read.

    Examples
    --------
    >>> from cornu_keras.compat.tensorflow.values import Tensor
    >>> x = Tensor(3.0)
    >>> with GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = x * x
    >>> float(tape.gradient(y, x))
    6.0
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent = persistent
        self._watches_all = watch_accessed_variables
        self._watched: list[Any] = []
        self._used = False
        self._trace: Any = None
        self._own: Recording | None = None

    def __enter__(self) -> GradientTape:
        self._trace = current_trace()
        if self._trace is None:
            self._trace = self._own = Recording()
        self._trace.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._trace.__exit__(*error)

    def watch(self, tensor: Any) -> None:
        """Watch a tensor, or all of a structure: by these `gradient` may differentiate."""
        for value in tree.flatten(tensor):
            if not isinstance(value, (Variable, Node)):
                raise ValueError(
                    f"tape.watch() takes tensors, not a {type(value).__name__}: watch "
                    "tf.convert_to_tensor(x), and compute with that."
                )
            self._watched.append(value)

    def watched_variables(self) -> tuple[Any, ...]:
        """Return the variables that were read, or are watched by name."""
        read = [v for v in self._leaves() if v.trainable] if self._watches_all else []
        return tuple(dict.fromkeys([*read, *(w for w in self._watched if isinstance(w, Variable))]))

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: str = UnconnectedGradients.NONE,
    ) -> Any:
        """Return the gradient of the sum of the target by each source, None where nothing leads.

        Raises
        ------
        RuntimeError
            For a second call, if the tape is not persistent.
        """
        if self._used and not self._persistent:
            raise RuntimeError(
                "A tape gives gradients once: make it GradientTape(persistent=True) for more."
            )
        self._used = True
        targets = [self._node(t) for t in tree.flatten(target)]
        flat = tree.flatten(sources)
        seeds = None
        if output_gradients is not None:
            given = tree.flatten(output_gradients)
            seeds = [as_node(g, like=t.dtype) for g, t in zip(given, targets, strict=True)]
        with self._recording():
            nodes = [self._nodes_of(source) for source in flat]
            inputs = [n for some in nodes for n in some]
            slopes = iter(arriving(targets, inputs, seeds) if inputs else ())
            found = [_total([next(slopes) for _ in some]) for some in nodes]
            if unconnected_gradients == UnconnectedGradients.ZERO:
                found = [
                    zeros_like(as_node(source)) if g is None else g
                    for g, source in zip(found, flat, strict=True)
                ]
        return tree.pack_sequence_as(sources, self._shown(found))

    def jacobian(self, target: Any, sources: Any) -> Any:
        """Return the derivative of each number of the target by each of the sources."""
        node = self._node(target)
        flat = tree.flatten(sources)
        with self._recording():
            rows = [self._row(node, i, flat) for i in range(node.size)]
            found = [
                np.stack([np.asarray(value_of(as_node(row[k]))) for row in rows]).reshape(
                    (*node.shape, *flat[k].shape)
                )
                for k in range(len(flat))
            ]
        return tree.pack_sequence_as(sources, [as_tensors(g) for g in found])

    def batch_jacobian(self, target: Any, source: Any) -> Any:
        """Return, of each sample, the derivative of its target by its source."""
        whole = self.jacobian(target, source).numpy()
        count, rank = whole.shape[0], self._node(target).ndim
        each = [np.take(whole[i], i, axis=rank - 1) for i in range(count)]
        return as_tensors(np.stack(each))

    def stop_recording(self) -> Any:
        """Return a context in which nothing is recorded."""
        return Paused()

    def reset(self) -> None:
        """Forget what was recorded."""
        self._used = False
        if self._own is not None:
            self._own.leaves.clear()

    # ---- what stands for what

    def _row(self, node: Node, i: int, flat: Sequence[Any]) -> list[Node]:
        seed = np.zeros(node.size, node.dtype)
        seed[i] = 1
        nodes = [self._nodes_of(source) for source in flat]
        inputs = [n for some in nodes for n in some]
        slopes = iter(arriving([node], inputs, [as_node(seed.reshape(node.shape))]))
        totals = [_total([next(slopes) for _ in some]) for some in nodes]
        return [
            zeros_like(as_node(s)) if t is None else t for t, s in zip(totals, flat, strict=True)
        ]

    def _recording(self) -> Any:
        """Higher derivatives are recorded where a tape or step around this one is open."""
        return self._trace if current_trace() is None else _Nothing()

    def _leaves(self) -> dict[Any, list[Node]]:
        trace = self._trace
        if isinstance(trace, Recording):
            return trace.leaves
        return {v: [n] for v, n in trace.variables.items()}

    def _nodes_of(self, source: Any) -> list[Node]:
        if isinstance(source, Node):
            return [source]
        if not isinstance(source, Variable):
            raise TypeError(
                f"gradient() differentiates by tensors and variables, not by a "
                f"{type(source).__name__}."
            )
        watched = any(w is source for w in self._watched)
        if not watched and not (self._watches_all and source.trainable):
            return []
        if isinstance(self._trace, Recording):
            return list(self._trace.leaves.get(source, ()))
        return [self._trace.read(source)]

    def _node(self, target: Any) -> Node:
        if isinstance(target, Variable) and not isinstance(self._trace, Recording):
            return self._trace.read(target)
        if isinstance(target, Variable):
            leaves = self._trace.leaves.get(target)
            return leaves[-1] if leaves else as_node(target)
        return as_node(target)

    def _shown(self, gradients: Sequence[Node | None]) -> list[Any]:
        """Return gradients as tensors, or as they are where something is being recorded."""
        arrived = [g for g in gradients if g is not None]
        if current_trace() is not None or not arrived:
            return list(gradients)
        values = iter(evaluate(arrived) or ())
        return [None if g is None else as_tensors(np.asarray(next(values))) for g in gradients]


class _Nothing:
    def __enter__(self) -> None: ...
    def __exit__(self, *error: Any) -> None: ...


def gradients(ys: Any, xs: Any, grad_ys: Any = None, **_: Any) -> list[Any]:
    """Return gradients of what is computed in a function's program, or from placeholders."""
    import cornu_ops as ops
    from cornu import backend

    parts = ys if isinstance(ys, (list, tuple)) else [ys]
    if current_trace() is None and not any(map(is_symbolic, parts)):
        raise RuntimeError(
            "tf.gradients works inside of tf.function and on what comes from placeholders; "
            "elsewhere, record with tf.GradientTape."
        )
    if grad_ys is not None:
        seeds = grad_ys if isinstance(grad_ys, (list, tuple)) else [grad_ys]
        parts = [part * seed for part, seed in zip(parts, seeds, strict=True)]
    sums = [ops.sum(part) for part in parts]
    total = functools.reduce(ops.add, sums)
    return list(backend.gradients(total, xs if isinstance(xs, (list, tuple)) else [xs]))


def hessians(ys: Any, xs: Any, **_: Any) -> list[Any]:
    """Return matrices of second derivatives of what is computed in a function's program."""
    import cornu_ops as ops

    found = []
    for x in xs if isinstance(xs, (list, tuple)) else [xs]:
        (slope,) = gradients(ys, x)
        rows = [gradients(part, x)[0] for part in ops.unstack(ops.reshape(slope, (-1,)))]
        found.append(ops.reshape(ops.stack(rows), (*x.shape, *x.shape)))
    return found


def _total(slopes: Sequence[Node | None]) -> Node | None:
    arrived = [s for s in slopes if s is not None]
    total = arrived[0] if arrived else None
    for more in arrived[1:]:
        total = total + more
    return total
