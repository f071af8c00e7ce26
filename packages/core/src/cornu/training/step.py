"""One traced step as one program.

Everything a step does, forward pass, losses, gradients, the optimizer's update and the metrics, is
traced together and compiled once for each signature of a batch.
"""

from __future__ import annotations

import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from cornu.base.shown import repr_html
from cornu.training.twins import Twins
from cornu_data.host import HostSpec
from cornu_data.indices import IndexRule, check_indices, index_rules
from cornu_data.logs import ResultReader, flat_logs
from cornu_data.stage import HostStage
from cornu_data.text import TEXT
from cornu_data.unpack import unpack_x_y_sample_weight
from cornu_engine import tree
from cornu_engine.eager import EagerTrace
from cornu_engine.graph import Node
from cornu_engine.program import Program
from cornu_engine.reuse import compiled_with_key, is_reusing
from cornu_engine.settings import limits
from cornu_engine.trace import Trace, as_node
from cornu_engine.variable import Storage, Variable
from cornu_ops import ranks
from cornu_ops.numerics import Origin, find_origin, numerics_error
from cornu_ops.targets import TargetRule, check_target_values

__all__ = [
    "BoundStep",
    "CompiledProgram",
    "EagerStep",
    "Step",
    "StepCache",
    "make_step",
    "trace_inputs",
]

_LABELS = ("x", "y", "sample_weight")


class CompiledProgram:
    """A program and what a backend made of it; what `model.program(...)` returns.

    Printing it lists the instructions with shape, place in memory and the layer each comes from.

    Attributes
    ----------
    program : Program
        The graph: inputs, outputs, state and updates.
    executable : Executable
        What runs.
    """

    def __init__(self, program: Program, executable: Any) -> None:
        self.program = program
        self.executable = executable

    @property
    def name(self) -> str:
        """ "train", "test" or "predict"."""
        return self.program.name

    @property
    def source(self) -> str:
        """The code that runs: NumPy, OpenCL C, …"""
        return self.executable.source

    @property
    def memory(self) -> int:
        """Bytes of temporaries of one run, weights and inputs not counted."""
        return self.executable.memory

    def profile(self, *inputs: Any) -> str:
        """Return, as text, where the time of a run on these inputs goes; weights stay as they are.

        Raises
        ------
        BackendError
            Where the backend does not measure it.
        """
        return self.executable.profile(*inputs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        plan = getattr(self.executable, "plan", None)
        return getattr(self.program if hasattr(self.program, name) or plan is None else plan, name)

    def __str__(self) -> str:
        return str(self.executable) if hasattr(self.executable, "plan") else str(self.program)

    _repr_html_ = repr_html

    def __repr__(self) -> str:
        shapes = ", ".join(str(node.shape) for node in self.program.inputs)
        return f"<program {self.name!r} of inputs {shapes}>"


class Step:
    """A compiled step of one signature.

    Attributes
    ----------
    compiled : CompiledProgram
    result : structure
        Structure of what the step returned: outputs of `predict_step`.
    logs : dict of str to int or None
        For each log, its place among the outputs of the program; None where a metric's state holds
        it.
    rules : list of TargetRule
        What the values of targets must fulfil.
    index_rules : list of IndexRule
        What the values of inputs must fulfil.
    stage : HostStage or None
        What makes further inputs of the program of a batch with text.
    """

    def __init__(
        self,
        compiled: CompiledProgram,
        result: Any = None,
        logs: dict[str, int | None] | None = None,
        rules: Iterable[TargetRule] = (),
        index_rules: Iterable[IndexRule] = (),
        stage: HostStage | None = None,
    ) -> None:
        self.compiled = compiled
        self.result = result
        self.logs = logs or {}
        self.rules = list(rules)
        self.index_rules = list(index_rules)
        self.stage = stage
        self._epoch = Storage.epoch
        self._memory = [(variable, id(variable.array)) for variable in compiled.program.state]

    def is_current(self) -> bool:
        """Tell whether the state still lives in the memory that the program was compiled for."""
        if self._epoch == Storage.epoch:
            return True
        if any(
            id(v.array) != where or v.arena is not None or getattr(v, "deserted", False)
            for v, where in self._memory
        ):
            return False
        self._epoch = Storage.epoch
        return True

    def bind(self) -> BoundStep:
        """Return the step with this thread's input buffers."""
        return BoundStep(self)


class BoundStep:
    """A step with the buffers that a batch is copied into.

    Attributes
    ----------
    buffers : list of numpy.ndarray
        One per array of the batch, in order.
    fed : list of numpy.ndarray or None
        Of a batch with text, what the host stage made of it: inputs after those of the batch.
    run : callable
        Runs the program on what the buffers hold, and returns its outputs.
    """

    __slots__ = ("buffers", "fed", "run", "step")

    def __init__(self, step: Step) -> None:
        self.step = step
        self.fed: list[np.ndarray] | None = None
        self.buffers = step.compiled.executable.input_buffers()
        self.run: Callable[[], list[np.ndarray]] = partial(step.compiled.executable, *self.buffers)

    def _named(self) -> Any:
        stage = self.step.stage
        if self.fed is None or stage is None:
            return None
        return list(zip(stage.names, self.fed, strict=True))

    def check(self, data: Any) -> None:
        """Check values of targets and indices before the step runs on them."""
        _check(data, self.step.rules)
        if self.step.index_rules:
            check_indices(data, self.step.index_rules, self._named())


class EagerStep:
    """A step that is traced anew for each batch and computed line by line (`run_eagerly=True`).

    Values can be printed, compared and stepped through; slow by design.
    """

    def __init__(self, model: Any, mode: str, spec: Any, check_numerics: bool = False) -> None:
        self._model = model
        self._mode = mode
        self._spec = spec
        self._check_numerics = check_numerics
        self.origin: Origin | None = None  # where numbers of the last run stopped being finite
        self.result: Any = None
        self.logs: dict[str, int | None] = {}
        self.rules: list[TargetRule] = []
        self.fed: list[np.ndarray] | None = None  # the stage runs line by line, too
        self.buffers = [
            np.empty(s.shape, s.dtype)
            for s in tree.flatten(spec)
            if s is not None and s.dtype != TEXT
        ]

    @property
    def step(self) -> EagerStep:
        """The step itself: it has no other form."""
        return self

    def run(self) -> list[np.ndarray]:
        """Run the step on what the buffers hold."""
        with EagerTrace(self._mode) as trace:
            data = trace_inputs(trace, self._spec, self.buffers)
            outputs, self.result, self.logs = _outputs_of(self._model, self._mode, data)
            values = [np.asarray(node) for node in outputs]
            self.rules = _rules_of(self._model)
            roots = [*map(as_node, outputs), *trace.updates.values()]
            for root in roots:
                trace.value_of(root)
            self.origin = find_origin(roots, trace.values)
            if self._check_numerics and self.origin is not None:
                raise numerics_error(self._mode, self.origin)
            trace.commit()
        return values

    def check(self, data: Any) -> None:
        """Check values of targets, by the rules of the last run."""
        _check(data, self.rules)


class StepCache:
    """The compiled steps of a model, the least recently used dropped; threads may share it.

    A copy of a model, pickled or not, starts with none: programs are bound to the memory of their
    weights.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._steps: OrderedDict[Any, Step] = OrderedDict()
        self._dropped = 0
        self.last: dict[str, Step] = {}
        self.readers: dict[tuple[str, ...], ResultReader] = {}
        self.stages: dict[Any, HostStage] = {}  # by the key of a batch with text
        self.by_arrays: dict[Any, tuple[Step, str]] = {}  # of `predict`, by shapes and dtypes
        self.prepared: set[str] = set()  # modes built for a step
        self.answers: dict[str, Any] = {}  # of `ask`
        self.parts: list[Any] = []  # layers, variables and metrics of the model
        self.are_known = False  # whether those are the model's as it is now
        self.seen = -1  # of any model, when this one was looked at
        self._state: Any = None  # of this model's layers and weights then

    def get(self, key: Any) -> Step | None:
        """Return the step of this key if its memory is still the state's."""
        with self._lock:
            step = self._steps.get(key)
            if step is None:
                return None
            if not step.is_current():
                self._drop(key)
                return None
            self._steps.move_to_end(key)
            return step

    def put(self, key: Any, step: Step) -> None:
        """Keep a step; the oldest of its mode go where there are many, or they take much memory."""
        with self._lock:
            self._steps[key] = step
            again = self._make_room(key[0])
        if again:
            warnings.warn(
                f"Programs for {key[0]} steps are compiled again and again: batches have more "
                f"shapes than the {limits.kept} programs that are kept. Bring them to few shapes, "
                "for example by padding sequences to multiples of 32.",
                stacklevel=2,
            )

    def _make_room(self, mode: str) -> bool:
        """Drop the oldest steps of a mode; tell whether so many were for the first time."""
        kept = [k for k in self._steps if k[0] == mode]
        sizes = [self._steps[k].compiled.memory for k in kept]
        before = self._dropped
        while len(kept) > limits.kept or (len(kept) > 2 and sum(sizes) > limits.kept_bytes):
            self._drop(kept.pop(0))
            sizes.pop(0)
            self._dropped += 1
        return before < limits.kept <= self._dropped

    def _drop(self, key: Any) -> None:
        dropped = self._steps.pop(key)
        self.by_arrays = {k: kept for k, kept in self.by_arrays.items() if kept[0] is not dropped}

    def remember(self, key: Any, step: Step, backend: str) -> None:
        """Let arrays of these shapes and dtypes find a step that is kept at once."""
        with self._lock:
            self.by_arrays[key] = (step, backend)

    def reader(self, names: tuple[str, ...]) -> ResultReader:
        """Return what reads these results of metrics."""
        if names not in self.readers:
            self.readers[names] = ResultReader(names)
        return self.readers[names]

    def ask(self, model: Any, question: str, answer: Callable[[], Any]) -> Any:
        """Return the answer to what every call asks of the model, found anew after its changes."""
        if self.seen != Storage.changes:
            self.look(model)
        if question not in self.answers:
            self.answers[question] = answer()
        return self.answers[question]

    def look(self, model: Any) -> None:
        """Forget what was asked of the model before its own layers or weights changed."""
        if self.seen == Storage.changes:
            return
        self.seen = Storage.changes
        state = model._state_of_parts()
        if state != self._state:
            self._state = state
            self.answers.clear()
            self.prepared.clear()
            self.are_known = False

    def clear(self) -> None:
        """Forget every step, and every answer."""
        with self._lock:
            self._steps.clear()
            self.last.clear()
            self.prepared.clear()
            self.stages.clear()
            self.answers.clear()
            self.by_arrays.clear()
            self.readers.clear()

    def __getstate__(self) -> dict[str, Any]:
        return {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__()  # type: ignore[misc]

    def __deepcopy__(self, memo: dict[int, Any]) -> StepCache:
        return StepCache()


def make_step(model: Any, mode: str, spec: Any, backend: Any) -> Step:
    """Trace `model.train_step` (or `test_step`, `predict_step`) and compile it.

    Parameters
    ----------
    model : Model
        Built, its optimizer too.
    mode : {"train", "test", "predict"}
    spec : structure of ValueSpec
        Of one batch.
    backend : Backend
    """
    twins = Twins.of(model, mode, spec, backend) if is_reusing(backend) else None
    known = None if twins is None else twins.find(partial(_prepare, model, mode, spec))
    if known is not None:
        program, executable, result, logs = known
        return _finished(model, CompiledProgram(program, executable), result, logs)
    with Trace(mode) as trace:
        data = trace_inputs(trace, spec)
        outputs, result, logs = _outputs_of(model, mode, data)
        outputs = ranks.current.finish(model, mode, trace, outputs)
    stage: HostStage | None = trace.host
    if stage is not None:
        stage.close()
    program, executable, key = compiled_with_key(mode, trace, outputs, backend)
    if twins is not None and key is not None and stage is None:
        predicted = None if model.compiled_losses is None else model.compiled_losses.predicted
        twins.keep(key, list(trace.variables), predicted, result, logs)
    return _finished(model, CompiledProgram(program, executable), result, logs, stage)


def _prepare(model: Any, mode: str, spec: Any, predicted: Any) -> None:
    """Make what else a first trace makes: losses and metrics, from shapes."""
    if mode == "predict" or model.compiled_losses is None:
        return
    with Trace(mode) as trace:
        _, y, _ = unpack_x_y_sample_weight(trace_inputs(trace, spec))
        if y is not None:
            model.prepare_losses(y, predicted)


def _finished(
    model: Any, compiled: CompiledProgram, result: Any, logs: Any, stage: HostStage | None = None
) -> Step:
    rules = _rules_of(model)
    tables = {
        layer.path: (getattr(layer, layer.rows_of_table), layer.rows_of_table)
        for layer in model._flatten_layers()
        if getattr(layer, "rows_of_table", None) is not None
    }
    return Step(compiled, result, logs, rules, index_rules(compiled.program, tables), stage)


def trace_inputs(trace: Trace, spec: Any, values: list[np.ndarray] | None = None) -> Any:
    """Declare the arrays of a batch as inputs of a trace, and return the batch of their nodes.

    Those of a batch for the host stage enter it as well; text is no input, but what comes of it.
    """
    given = iter(values or ())
    packed = isinstance(spec, (tuple, list))
    nodes: list[Any] = []
    for path, leaf in tree.flatten_with_path(spec):
        label, rest = (_LABELS[path[0]], path[1:]) if packed else ("x", path)
        name = "_".join([label, *map(str, rest)])
        node = None
        if leaf is not None and leaf.dtype != TEXT:
            node = trace.input(name, leaf.shape, leaf.dtype, value=next(given, None))
        if type(leaf) is HostSpec:
            trace.host = trace.host or HostStage()
            node = trace.host.enter(leaf.values, node)
        nodes.append(node)
    return tree.pack_sequence_as(spec, nodes)


def _outputs_of(model: Any, mode: str, data: Any) -> tuple[list[Any], Any, dict[str, int | None]]:
    """Call the step, and return what the program must return beside the state it leaves."""
    returned = getattr(model, f"{mode}_step")(data)
    # A variable among them is read as the step leaves it.
    returned = tree.map_structure(lambda x: x.value if isinstance(x, Variable) else x, returned)
    if mode == "predict":
        leaves = tree.flatten(returned)
        return leaves, tree.map_structure(lambda _: None, returned), {}
    logs = flat_logs(returned or {})
    in_state = flat_logs(model.get_metrics_result())
    outputs: list[Any] = []
    places: dict[str, int | None] = {}
    for name, value in logs.items():
        # Equal computations are one node: a log that is a metric's result is read from its state
        # when it is shown. So is what a metric computes in Python, which no program would repeat.
        computed = isinstance(value, Node)
        if in_state.get(name) is value if computed else name in in_state:
            places[name] = None
        else:
            places[name] = len(outputs)
            outputs.append(value)
    return outputs, None, places


def _rules_of(model: Any) -> list[TargetRule]:
    losses = model.compiled_losses
    return [] if losses is None else list(losses.rules)


def _check(data: Any, rules: list[TargetRule]) -> None:
    if rules and isinstance(data, (tuple, list)) and len(data) > 1:
        check_target_values(data[1], rules)
