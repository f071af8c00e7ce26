"""What any backend must do, as a test class to subclass."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

import numpy as np

from cornu_engine.gradients import gradients
from cornu_engine.graph import constant
from cornu_engine.primitives.table import p
from cornu_engine.program import Program, build_program
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.scan import scan
from cornu_engine.trace import Trace
from cornu_engine.variable import Arena, Variable
from cornu_ops.testing.cases import primitive_cases


class BackendSuite:
    """Conformance tests of a backend; the definitions of the primitives are the oracle.

    Set `backend` to an instance and run pytest. Tolerances are relative to the largest number of a
    result.

    Examples
    --------
    >>> class TestMine(BackendSuite):
    ...     backend = None  # MyBackend()
    >>> TestMine.rtol["float32"]
    1e-05
    """

    backend: ClassVar[Any]
    dtypes: ClassVar[tuple[str, ...]] = ("float32", "float64")
    rtol: ClassVar[dict[str, float]] = {"float16": 1e-2, "float32": 1e-5, "float64": 1e-12}

    def test_is_available(self) -> None:
        """The backend says that it can be used here."""
        assert self.backend.available(), self.backend.available().reason

    def test_every_primitive(self) -> None:
        """One program for all cases of one dtype, each result against the definition."""
        for dtype in self.dtypes:
            cases = primitive_cases()
            with Trace(dtype) as trace:
                operands = [c.draw(seed=i, dtype=dtype) for i, c in enumerate(cases)]
                results = [
                    c(*_inputs(trace, arrays)) for c, arrays in zip(cases, operands, strict=True)
                ]
            program = build_program(dtype, trace, results)
            flat = [a for arrays in operands for a in arrays]
            self._compare(program, flat, dtype, list(map(str, cases)))

    def test_derivatives_of_every_primitive(self) -> None:
        """The gradients of all smooth cases, against the definitions."""
        for dtype in self.dtypes:
            cases = [c for c in primitive_cases() if c.smooth]
            with Trace(dtype) as trace:
                operands = [c.draw(seed=i, dtype=dtype) for i, c in enumerate(cases)]
                results, labels = [], []
                for case, arrays in zip(cases, operands, strict=True):
                    values = _inputs(trace, arrays)
                    floats = [v for v in values if v.dtype.kind == "f"]
                    results += gradients([case(*values)], floats)
                    labels += [f"∇{case}"] * len(floats)
            program = build_program(dtype, trace, results)
            self._compare(program, [a for arrays in operands for a in arrays], dtype, labels)

    def test_long_elementwise_chains(self) -> None:
        """Chains over more elements than a block, with state written in place."""
        rng = np.random.default_rng(0)
        for shape in ((100_003,), (70, 1_000), (3, 50_000)):
            with Trace("chain") as trace:
                x = trace.input("x", shape, "float32")
                row = constant(rng.normal(size=shape[1:]).astype("float32"))
                total = Variable(rng.normal(size=shape).astype("float32"), name="total")
                y = p.tanh(x * 2.0 + row) * x - p.exp(-x * x)
                total.assign(total.value * 0.5 + y)
                z = y / (1.0 + total.value * total.value)
            program = build_program(
                "chain", trace, [z, p.sum(y, axes=tuple(range(len(shape))), keepdims=False)]
            )
            self._compare(
                program, [rng.normal(size=shape).astype("float32")], "float32", ["z", "sum"]
            )

    def test_training_step(self) -> None:
        """A small network with an arena of weights: five steps leave the same state."""
        rng = np.random.default_rng(0)
        kernel = Variable(rng.normal(size=(4, 3)).astype("float32"), name="kernel")
        bias = Variable(np.zeros(3, "float32"), name="bias")
        arena, slot = Arena([kernel, bias]), Variable(np.zeros(15, "float32"), name="slot")
        with Trace("train") as trace:
            x = trace.input("x", (8, 4), "float32")
            hidden = p.maximum(p.matmul(x, kernel.value) + bias.value, 0.0)
            loss = p.sum(hidden * hidden, axes=(0, 1), keepdims=False)
            slopes = gradients([loss], [kernel.value, bias.value])
            flat = p.concat(*(p.reshape(g, shape=(g.size,)) for g in slopes), axis=0)
            slot.assign(slot.value * 0.9 + flat)
            arena.assign(arena.value - 0.01 * slot.value)
        program = build_program("train", trace, [loss])
        batch = rng.normal(size=(8, 4)).astype("float32")
        self._compare(program, [batch], "float32", ["loss"], runs=5)

    def test_scan_and_its_derivative(self) -> None:
        """A gated recurrence over ten steps, both directions."""
        rng = np.random.default_rng(0)
        for dtype in self.dtypes:
            for reverse in (False, True):
                # halved: of larger weights the last bits of float32 grow from step to step
                sizes = ((10, 2, 3), (3, 8), (4, 8), (2, 4))
                arrays = [(0.5 * rng.normal(size=s)).astype(dtype) for s in sizes]
                with Trace("scan") as trace:
                    x, kernel, recurrent, start = _inputs(trace, arrays)
                    step = partial(_gated, kernel=kernel, recurrent=recurrent)
                    final, (ys,) = scan(step, [start], [x], 10, reverse)
                    loss = p.sum(ys * ys, axes=(0, 1, 2), keepdims=False)
                    slopes = gradients([loss], [x, kernel, recurrent, start])
                program = build_program("scan", trace, [loss, ys, *final, *slopes])
                self._compare(
                    program,
                    arrays,
                    dtype,
                    ["loss", "ys", "final", "x", "kernel", "recurrent", "start"],
                )

    def _compare(
        self,
        program: Program,
        arrays: list[np.ndarray],
        dtype: str,
        labels: list[str],
        runs: int = 1,
    ) -> None:
        before = {v: v.numpy() for v in program.state}
        run = self.backend.compile(program)
        results = [run(*arrays) for _ in range(runs)]
        after = {v: v.numpy() for v in program.state}
        for variable, value in before.items():
            variable.assign(value)
        reference = ReferenceExecutable(program)
        expected = [reference(*arrays) for _ in range(runs)]
        for got, want in zip(results, expected, strict=True):
            for label, a, b in zip(labels, got, want, strict=True):
                self._close(a, b, dtype, label)
        for variable, value in after.items():
            self._close(value, variable.numpy(), dtype, variable.path)

    def _close(self, found: np.ndarray, expected: np.ndarray, dtype: str, label: str) -> None:
        assert found.shape == expected.shape, label
        assert found.dtype == expected.dtype, label
        if expected.dtype.kind != "f":
            np.testing.assert_array_equal(found, expected, err_msg=label)
            return
        finite = expected[np.isfinite(expected)]
        scale = float(np.abs(finite).max()) if finite.size else 1.0
        rtol = self.rtol[dtype]
        np.testing.assert_allclose(found, expected, rtol=rtol, atol=rtol * scale, err_msg=label)


def _inputs(trace: Trace, arrays: list[np.ndarray]) -> list[Any]:
    count = len(trace.inputs)
    return [trace.input(f"x{count + i}", a.shape, a.dtype) for i, a in enumerate(arrays)]


def _gated(
    state: list[Any], rows: list[Any], kernel: Any, recurrent: Any
) -> tuple[list[Any], list[Any]]:
    (h,), (x,) = state, rows
    z = p.matmul(x, kernel) + p.matmul(h, recurrent)
    half = z.shape[1] // 2
    gate = p.tanh(p.slice(z, start=(0, 0), stop=(z.shape[0], half), step=(1, 1)))
    value = p.tanh(p.slice(z, start=(0, half), stop=z.shape, step=(1, 1)))
    h = h * gate + value
    return [h], [h]
