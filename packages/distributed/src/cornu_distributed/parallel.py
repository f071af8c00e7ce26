"""Data-parallel training as one process would do it: a batch is cut, and its sums are over all.

Every rank is given the same data and the same seed, and takes its rows of each batch. A rank counts
by its share of the rows: the whole batch's mean loss is the sum of the ranks' losses times their
shares, and its gradient the sum of theirs. What has to be divided by something else (a mask's
places, weights) asks for the whole's itself, in `cornu_ops.weighted`.
"""

from __future__ import annotations

import functools
import itertools
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.base.callback import Callback
from cornu_distributed.agreement import OWN, agree, leave_together, number, tell
from cornu_distributed.merging import merged
from cornu_distributed.primitive import NAME, all_reduce
from cornu_distributed.stages import StagedBackend
from cornu_distributed.world import World
from cornu_engine import tree
from cornu_engine.errors import CornuError, DataError
from cornu_engine.graph import Node, toposort
from cornu_engine.primitives.table import p
from cornu_engine.rewrite import substitute
from cornu_engine.trace import as_node
from cornu_engine.variable import Variable
from cornu_ops.ranks import Whole

# What may differ between ranks, in words that follow "Rank 1 has".
OTHER_DATA = (
    "another number of samples, batch_size or steps than {rank}: give all processes the same data, "
    "or write DataParallel(auto_shard_dataset=False) where each has its own."
)
OTHER_ORDER = (
    "another order of samples than {rank}: it has another seed, or has drawn more numbers from it. "
    "Call cornu.utils.set_random_seed(...) with the same number on all processes, and build the "
    "same model."
)
OTHER_EPOCH = (
    "begun at another place of the training than {rank}: with BackupAndRestore, backup_dir must be "
    "a folder that all processes see, and initial_epoch= the same on all."
)
STOPS = "not set stop_training as {rank} has: let all processes stop, or none."
OTHER_WEIGHTS = (
    "come to other weights than {rank} in this epoch. Either something has set them on one process "
    "alone, or the processors are of different kinds: run all processes on one kind, with the same "
    "number of threads, CORNU_NUM_THREADS=."
)
_serial = itertools.count(1)
_leaving: set[World] = set()  # whose ranks wait for one another at the end


class Processes(Whole):
    """What both faces of training on many processes share.

    Parameters
    ----------
    world : World
    """

    alike = True  # whether all state is to be equal, and not the weights alone

    def __init__(self, world: World) -> None:
        self.world = world
        self.rank, self.size = world.rank, world.size
        self._number = next(_serial)  # steps of others are not for these
        if self.size > 1 and world not in _leaving:
            _leaving.add(world)
            leave_together(world)

    def executor(self, model: Any, mode: str) -> Any:
        """Return the backend that cuts programs at their sums over ranks."""
        return StagedBackend(model._backend(), self.world, self.alike, self._number)

    def finish(self, model: Any, mode: str, trace: Any, outputs: list[Any]) -> list[Any]:
        """Gather the sums that can be asked for at once."""
        return self.rebuilt(trace, outputs)

    def rebuilt(self, trace: Any, outputs: list[Any]) -> list[Any]:
        """Put one sum in the place of all that can be asked for at once."""
        roots = merged([*map(as_node, outputs), *trace.updates.values()])
        trace.updates.update(zip(trace.updates, roots[len(outputs) :], strict=True))
        return roots[: len(outputs)]

    def callbacks(self, callbacks: Any, show: bool) -> tuple[Any, bool]:
        """Let the others know where this rank has no batch left."""
        return [*_listed(callbacks), EndOfEpoch(self.world)], show

    def refuse_eager(self) -> None:
        """Raise: steps that run line by line have no place to exchange sums at."""
        raise CornuError(
            "run_eagerly=True runs on one process. Find the fault with one process, without "
            "mpiexec, or compile without it."
        )


class Shared(Processes):
    """Each batch is shared out among the ranks.

    Parameters
    ----------
    world : World
    cuts : bool
        Whether each rank is given the whole batch; else it has its own.

    Attributes
    ----------
    scale : value
        Rows of the whole batch for each row of this rank.
    """

    def __init__(self, world: World, cuts: bool = True) -> None:
        super().__init__(world)
        self._cuts = cuts
        own = {"share": 1.0 / self.size, "scale": float(self.size), "present": 1.0}
        self._numbers = [_own_variable(name, np.float64(x)) for name, x in own.items()]
        self._share, self._scale, self._present = self._numbers
        self._stream = _own_variable("stream", np.array([0, self.rank], np.uint32))
        self.own = frozenset([*self._numbers, self._stream])
        self._rows: Any = None

    @property
    def scale(self) -> Any:
        """Rows of the whole batch for each row of this rank, as a value of the step."""
        return self._scale.value

    def executor(self, model: Any, mode: str) -> Any:
        """Return the backend of one public call; until a batch is cut, ranks count alike."""
        if mode != "predict":
            _refuse_stateful(model)
        self._say(1, self.size)
        return super().executor(model, mode)

    def total(self, value: Any) -> Any:
        """Return the sum of a traced value over all ranks that have rows."""
        return all_reduce(_times(value, self._present))

    def summed(self, value: Any) -> Any:
        """Return a sum such that its mean over the rows of all ranks is the sum over them."""
        node = as_node(value)
        return _times(node, self._scale) if _differs(node) else node

    def part(self, value: Any) -> Any:
        """Return what a traced value of this rank's rows adds to the mean over all rows."""
        return _times(value, self._share)

    def mean(self, value: Any) -> Any:
        """Return the mean of a traced value over the rows of all ranks."""
        return all_reduce(self.part(value))

    def loader(self, source: Any) -> Callable[[Any, Any], Any]:
        """Return what loads this rank's rows of a batch; with none of them it counts nothing."""
        if self._cuts:
            at = None if source.generator is None else source.generator.bit_generator.state
            numbers = source.samples or 0, source.batch_size or 0, source.steps_per_epoch or 0
            agree(self.world, "begin", OTHER_DATA, *numbers)
            agree(self.world, "begin", OTHER_ORDER, number(at))
        return functools.partial(self._load, source)

    def _load(self, source: Any, token: Any, select: Any) -> Any:
        if source.samples is not None and source.samples < self.size:
            raise DataError(
                f"{source.samples} samples for {self.size} processes: each needs one at least. "
                f"Start mpiexec -n {source.samples}, or pass more data."
            )
        rows = len(token) if isinstance(token, np.ndarray) else _rows_of(token, source)
        if not self._cuts:
            self._say(rows, int(tell(self.world, "load", rows)[:, 0].sum()))
            return source.load(token, select)
        start, stop = share_of(rows, self.rank, self.size)
        self._say(stop - start, rows)
        if start == stop:  # something has to run, so that the sums have all their parts
            start, stop = 0, 1
        return source.load(_cut(token, start, stop, source), select)

    def _say(self, own: int, rows: int) -> None:
        if (own, rows) == self._rows:
            return
        self._rows = own, rows
        values = (own / rows, rows / max(own, 1), float(own > 0))
        for variable, value in zip(self._numbers, values, strict=True):
            variable.assign(np.float64(value))

    def slopes(self, loss: Any, of: Callable[[Any], list[Any]]) -> list[Any]:
        """Return the gradients of the loss of the whole batch.

        The loss is made a part before it is differentiated: numbers of half precision overflow
        where those of one process do.
        """
        node = as_node(loss)  # the sum of its values is minimised, where it has several
        reduced = len(node.shape) == 0 or not _differs(node)
        return [all_reduce(g) for g in of(_times(loss, self._share if reduced else self._present))]

    def finish(self, model: Any, mode: str, trace: Any, outputs: list[Any]) -> list[Any]:
        """Let metrics, averages and logs be those of the whole batch."""
        if mode == "predict":
            return outputs
        metrics = {v for metric in model.metrics for v in metric.variables}
        weights = set(model.variables)
        summed: dict[Node, Node] = {}
        for variable, node in list(trace.updates.items()):
            if variable in metrics:
                summed[node] = trace.updates[variable] = self._summed(trace, variable, node)
            elif variable in weights and not variable.trainable and _differs(node):
                trace.updates[variable] = self._state(trace, variable, node)
        nodes = substitute(map(as_node, outputs), summed)  # results are those of all ranks
        outputs = [self.mean(x) if _is_log(x) and _differs(x) else x for x in nodes]
        if mode == "train":
            self._check_gradients(model, trace)
        outputs = self.rebuilt(trace, outputs)
        return self._own_streams(trace, outputs)

    def refuse_parts(self, what: str) -> None:
        """Raise: the rows of the other processes are not here."""
        raise CornuError(
            f"{what} compares each sample with all others of its batch, and a process has only its "
            "part of it. Train with it on one process, without mpiexec."
        )

    def _state(self, trace: Any, variable: Variable, node: Node) -> Node:
        """Return what a layer keeps: the average of the ranks', or the sum of what they count."""
        if node.dtype.kind == "f":
            return self.mean(node)
        counted = _added(node, trace.variables[variable])
        if counted is None or node.dtype.kind not in "iu":
            raise CornuError(
                f"{variable.path!r} keeps {node.dtype} values of this process' rows, and what it "
                "would be for those of all cannot be made of them. Let it count (assign_add), keep "
                "floating numbers, of which the average is taken, or train on one process."
            )
        return self._summed(trace, variable, node)

    def _summed(self, trace: Any, variable: Variable, node: Node) -> Node:
        """Return a metric's state after the batches of all ranks, each of which adds to it."""
        old = trace.variables[variable]
        if node is old:
            return node
        terms = _added(node, old)
        if terms is None:
            raise CornuError(
                f"The metric variable {variable.path!r} is not a sum over batches, so its value "
                "for all ranks cannot be made of theirs. Let update_state add to it "
                "(assign_add), or evaluate with this metric on one process."
            )
        total = terms[0]
        for term in terms[1:]:
            total = p.add(total, term)
        return p.add(old, self.total(total))

    def _check_gradients(self, model: Any, trace: Any) -> None:
        for variable, node in trace.updates.items():
            if variable.trainable and not any(n.op == NAME for n in toposort([node])):
                raise CornuError(
                    f"train_step of {model.name!r} moves {variable.path!r} by gradients of this "
                    "process alone. Take them from self.compute_gradients(loss)."
                )

    def _own_streams(self, trace: Any, outputs: list[Any]) -> list[Any]:
        """Let each rank draw numbers of its own; those of rank 0 are those of one process."""
        roots = [*outputs, *trace.updates.values()]
        drawn = [n for n in toposort(roots) if n.op == "random_bits"]
        if not drawn:
            return outputs
        stream = trace.read(self._stream)
        own = {}
        for node in drawn:
            key, counter = node.inputs
            key = p.add(key, p.cast(stream, dtype=key.dtype))
            own[node] = p.random_bits(key, counter, **node.attrs)
        roots = substitute(roots, own)
        trace.updates.update(zip(trace.updates, roots[len(outputs) :], strict=True))
        return roots[: len(outputs)]

    def callbacks(self, callbacks: Any, show: bool) -> tuple[Any, bool]:
        """Leave what writes files or shows bars to rank 0."""
        kept = [c for c in _listed(callbacks) if not (self.rank and getattr(c, "writes", False))]
        return [*kept, EndOfPass(self.world)], show and self.rank == 0


class EndOfEpoch(Callback):
    """Compares at both ends of an epoch whether all ranks are there."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Before an epoch."""
        agree(self._world, "begin", OTHER_EPOCH, epoch, self.model.training_run.step)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """After an epoch."""
        agree(self._world, "end", STOPS, int(self.model.stop_training))
        weights = functools.reduce(_crc, self.model.trainable_variables, 0)
        agree(self._world, "end", OTHER_WEIGHTS, weights)


class EndOfPass(EndOfEpoch):
    """Also at the end of an evaluation, which all ranks do together."""

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """After an evaluation."""
        tell(self._world, "end")


def _crc(so_far: int, variable: Variable) -> int:
    return zlib.crc32(variable.array.tobytes(), so_far)


def _listed(callbacks: Any) -> list[Any]:
    return [] if callbacks is None else tree.flatten(callbacks)


def share_of(rows: int, rank: int, size: int) -> tuple[int, int]:
    """Return the first and last row (exclusive) of a rank: the first ranks have one more.

    Examples
    --------
    >>> [share_of(8, rank, 3) for rank in range(3)]
    [(0, 3), (3, 6), (6, 8)]
    """
    each, more = divmod(rows, size)
    start = rank * each + min(rank, more)
    return start, start + each + (rank < more)


def _is_arrays(source: Any) -> bool:
    return source.samples is not None


def _rows_of(token: Any, source: Any) -> int:
    if _is_arrays(source):
        return token[1] - token[0]
    return next(len(leaf) for leaf in tree.flatten(token) if leaf is not None)


def _cut(token: Any, start: int, stop: int, source: Any) -> Any:
    if isinstance(token, np.ndarray):
        return token[start:stop]
    if _is_arrays(source):
        return token[0] + start, token[0] + stop
    return tree.map_structure(lambda x: None if x is None else x[start:stop], token)


def _times(value: Any, factor: Variable) -> Node:
    node = as_node(value)
    return p.mul(node, p.cast(as_node(factor.value), dtype=node.dtype))


def _differs(node: Node) -> bool:
    """Tell whether a value depends on the rows of a rank, beside through sums over all."""
    stack, seen = [node], {node}
    while stack:
        node = stack.pop()
        if node.op in ("input", "random_bits"):
            return True
        found = [n for n in node.inputs if node.op != NAME and n not in seen]
        seen.update(found)
        stack.extend(found)
    return False


def _is_log(node: Node) -> bool:
    return node.shape == () and node.dtype.kind == "f"


def _refuse_stateful(model: Any) -> None:
    """Raise where layers keep the states of samples, of which the next batch cuts others."""
    for layer in model._flatten_layers():
        if layer is not model and getattr(layer, "stateful", False):
            raise CornuError(
                f"{type(layer).__name__} {layer.name!r} is stateful: it keeps the states of the "
                "samples of a batch, which processes share out. Train it on one process, or with "
                "stateful=False."
            )


def _added(node: Node, old: Node) -> list[Node] | None:
    """Return what is added to the old value to make the new one; None where it is not a sum."""
    if node is old:
        return []
    if node.op != "add":
        return None
    for ours, term in (node.inputs, reversed(node.inputs)):
        if ours.shape == old.shape and term.shape == old.shape:
            found = _added(ours, old)
            if found is not None and not any(n is old for n in toposort([term])):
                return [*found, term]
    return None


def _own_variable(name: str, value: Any) -> Variable:
    variable = Variable(np.asarray(value), trainable=False, name=name)
    variable.path = OWN + name
    return variable
