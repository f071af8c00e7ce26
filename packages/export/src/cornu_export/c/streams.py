"""One step of a recurrent model: the state of its scans goes on from call to call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cornu_engine.composite import item
from cornu_engine.errors import CornuError, SavingError
from cornu_engine.graph import Node, leaf, make_node, scope, toposort
from cornu_engine.program import Program
from cornu_engine.reference import evaluate
from cornu_engine.variable import Variable
from cornu_export.describe import InputSpec
from cornu_export.frozen import Weights, fixed_shapes, frozen

_STEPS = 4  # that prove that a model can be computed step by step
_SEQUENCES = 8


def step_program(
    function: Callable[..., Any],
    inputs: Sequence[InputSpec],
    batch: int,
    weights: Weights,
) -> Program:
    """Return the program of one step of a model whose inputs have free steps along axis 1.

    Raises
    ------
    SavingError
        If a step needs more than itself and the state that the step before left.
    """
    if any(len(spec.shape) < 2 or spec.shape[1] is not None for spec in inputs):
        given = [spec.shape for spec in inputs]
        raise SavingError(
            "step=True is for models whose inputs have steps, as many as come, along axis 1: "
            f"Input((None, 3)). Those of this model are {given}."
        )
    once = _of_length(function, inputs, batch, 1, weights)
    if once.updates:
        raise SavingError(
            "step=True is for models without state of their own. Build the layers with "
            "stateful=False: the state of the step is kept by the file."
        )
    program = _onward(once)
    if not program.updates:
        raise SavingError("step=True is for models with recurrent layers; this one has none.")
    _prove(program, _of_length(function, inputs, batch, _STEPS, weights))
    return program


def _of_length(
    function: Callable[..., Any],
    inputs: Sequence[InputSpec],
    batch: int,
    steps: int,
    weights: Weights,
) -> Program:
    sized = [replace(spec, shape=(spec.shape[0], steps, *spec.shape[2:])) for spec in inputs]
    shapes = fixed_shapes(sized, batch, "C")
    try:
        return frozen(function, inputs, shapes, weights)
    except (CornuError, ValueError, TypeError) as error:
        raise SavingError(
            f"The model does not compute step by step: for {steps} steps, {error} Export it with "
            "step=False."
        ) from error


def _onward(program: Program) -> Program:
    """Let each scan begin with what it left, at first with what it began with."""
    new: dict[Node, Node] = {}
    state: dict[Variable, Node] = {}
    updates: dict[Variable, Node] = {}
    for node in toposort(program.roots):
        operands = [new[i] for i in node.inputs]
        with scope(node.scope):
            if node.op != "scan":
                same = all(a is b for a, b in zip(operands, node.inputs, strict=True))
                new[node] = (
                    node
                    if same
                    else make_node(node.op, operands, node.attrs, node.shape, node.dtype)
                )
                continue
            body = node.attrs["body"]
            n, m = len(body.consts), len(body.consts) + len(body.state)
            variables = [_variable(init, node) for init in operands[n:m]]
            leaves = [leaf("variable", v.shape, v.dtype, name=v.path) for v in variables]
            operands[n:m] = leaves
            made = new[node] = make_node("scan", operands, node.attrs, node.shape, node.dtype)
            for number, (variable, at) in enumerate(zip(variables, leaves, strict=True)):
                state[variable] = at
                updates[variable] = item(made, number)
    outputs = tuple(new[o] for o in program.outputs)
    return replace(program, name="step", outputs=outputs, state=state, updates=updates)


def _variable(init: Node, scan: Node) -> Variable:
    leaves: dict[Node, Any] = {}
    for node in toposort([init]):
        if node.op in ("input", "variable", "scan"):
            raise SavingError(
                f"The state of {scan.scope or 'a recurrent layer'!r} begins with what the model "
                "computes, so its steps cannot be exported. Export the model with step=False."
            )
    (value,) = evaluate([init], leaves)
    return Variable(np.array(value), trainable=False, name="state")


def _prove(step: Program, whole: Program) -> None:
    """Compare some steps, one by one, with all of them at once.

    For one sequence they may be alike by chance, as where the largest step is the last one.
    """
    random = np.random.default_rng(0)
    for _ in range(_SEQUENCES):
        _prove_for_one(step, whole, random)


def _prove_for_one(step: Program, whole: Program, random: np.random.Generator) -> None:
    data = [
        random.integers(0, 2, n.shape).astype(n.dtype)
        if n.dtype.kind in "biu"
        else random.normal(size=n.shape).astype(n.dtype)
        for n in whole.inputs
    ]
    expected = evaluate(whole.outputs, dict(zip(whole.inputs, data, strict=True)))
    state = {at: np.asarray(v.array) for v, at in step.state.items()}
    for t in range(_STEPS):
        values: dict[Node, Any] = dict(state)
        values.update((n, d[:, t : t + 1]) for n, d in zip(step.inputs, data, strict=True))
        found = evaluate([*step.outputs, *step.updates.values()], values)
        state = dict(zip(state, found[len(step.outputs) :], strict=True))
        for one, all_ in zip(found, expected, strict=False):
            wanted = all_[:, t : t + 1] if all_.shape != one.shape else all_
            if (all_.shape != one.shape or t == _STEPS - 1) and not (
                one.shape == wanted.shape and np.allclose(one, wanted, 1e-4, 1e-5)
            ):
                raise SavingError(
                    "The model does not compute step by step: a step needs others than those "
                    "before it, as in a Bidirectional layer, a convolution or attention over the "
                    "steps. Export it with step=False."
                )
