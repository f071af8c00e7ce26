"""Programs that run some rows at a time, on several threads, compute the same."""

from __future__ import annotations

import threading
from typing import ClassVar

import numpy as np
import pytest

from cornu_backend_numpy.backend import NumpyBackend
from cornu_backend_numpy.settings import limits
from cornu_engine.gradients import gradients
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.thresholds import extreme
from cornu_engine.trace import Trace
from cornu_engine.variable import Arena, Variable
from cornu_ops.composites.activations import sigmoid
from cornu_ops.composites.dropout import dropout
from cornu_ops.composites.normalization import batch_norm
from cornu_ops.convolution import convolution
from cornu_ops.pooling import avg_pool, max_pool
from cornu_ops.testing.backend_suite import BackendSuite

CONV = {"strides": (1, 1), "padding": ((1, 1), (1, 1)), "dilation": (1, 1), "groups": 1}
POOL = {"size": (2, 2), "strides": (2, 2), "padding": ((0, 0), (0, 0))}


@pytest.fixture(params=[1, 2, 3], ids=lambda n: f"{n} threads")
def everywhere(request, monkeypatch):
    """Cut whatever can be cut into rows, into blocks as small as possible."""
    monkeypatch.delenv("CORNU_NUM_THREADS", raising=False)
    with extreme(f"tiny+threads{request.param}+dirty+checked"):
        yield request.param


@pytest.mark.usefixtures("everywhere")
class TestEverywhere(BackendSuite):
    backend = NumpyBackend()
    dtypes: ClassVar[tuple[str, ...]] = ("float16", "float32", "float64")


def network(batch=12):
    """Return a program that trains a small network on images, and its arrays."""
    rng = np.random.default_rng(0)

    def weight(*shape, name):
        return Variable(rng.normal(size=shape).astype("float32") * 0.3, name=name)

    kernel, bias = weight(3, 3, 2, 8, name="kernel"), weight(8, name="bias")
    gamma, beta = weight(8, name="gamma"), weight(8, name="beta")
    dense = weight(4 * 4 * 8, 5, name="dense")
    table = weight(7, 5, name="table")
    weights = Arena([kernel, bias, gamma, beta, dense, table])
    slot = Variable(np.zeros(weights.shape, "float32"), name="slot")
    key = np.array([3, 4], np.uint32)
    with Trace("train") as trace:
        x = trace.input("x", (batch, 8, 8, 2), "float32")
        words = trace.input("words", (batch, 3), "int32")
        bits = p.random_bits(key, np.array(5, np.uint32), shape=(batch, 4, 4, 8))
        h = convolution(x, kernel.value, **CONV) + bias.value
        h = batch_norm(p.maximum(h, 0.0), gamma.value, beta.value, axis=3, epsilon=1e-3)[0]
        h = dropout(max_pool(sigmoid(h), **POOL), bits, rate=0.3)
        h = h + avg_pool(h, size=(3, 3), strides=(1, 1), padding=((1, 1), (1, 1)))
        y = p.matmul(p.reshape(h, shape=(batch, 4 * 4 * 8)), dense.value)
        y = y + p.sum(p.gather(table.value, words, axis=0), axes=(1,), keepdims=False)
        loss = p.sum(p.tanh(y) * y, axes=(0, 1), keepdims=False)
        parts = [kernel, bias, gamma, beta, dense, table]
        found = gradients([loss], [v.value for v in parts])
        flat = p.concat(*(p.reshape(g, shape=(g.size,)) for g in found), axis=0)
        slot.assign(slot.value * 0.9 + flat)
        weights.assign(weights.value - 0.01 * slot.value)
        program = build_program("train", trace, [loss, y])
    arrays = [rng.normal(size=(batch, 8, 8, 2)).astype("float32"), rng.integers(0, 7, (batch, 3))]
    return program, [arrays[0], arrays[1].astype("int32")]


def steps(run, program, arrays, count=3):
    """Return the results of some steps and the state they leave, from the state found."""
    before = {v: v.numpy() for v in program.state}
    results = [run(*arrays) for _ in range(count)]
    after = [v.numpy() for v in program.state]
    for variable, value in before.items():
        variable.assign(value)
    return [*(r for rs in results for r in rs), *after]


@pytest.mark.parametrize("batch", [12, 13])
def test_a_training_step(everywhere, batch):
    program, arrays = network(batch)
    run = NumpyBackend().compile(program)
    assert "prepare" in run.source
    assert ("pool.run" in run.source) == (everywhere > 1)
    expected = steps(ReferenceExecutable(program), program, arrays)
    found = steps(run, program, arrays)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4 * np.abs(b).max(), err_msg=run.source)
    for a, b in zip(found, steps(run, program, arrays), strict=True):
        np.testing.assert_array_equal(a, b)  # bit for bit, whichever thread was faster


@pytest.mark.usefixtures("everywhere")
def test_threads_may_share_an_executable():
    with Trace("predict") as trace:
        x = trace.input("x", (64, 32), "float32")
        weight = Variable(np.random.default_rng(0).normal(size=(32, 32)).astype("float32"))
        y = p.tanh(p.matmul(p.tanh(p.matmul(x, weight.value)), weight.value))
        program = build_program("predict", trace, [y])
    run = NumpyBackend().compile(program)
    batches = [np.full((64, 32), i / 10, "float32") for i in range(8)]
    expected = [ReferenceExecutable(program)(b)[0] for b in batches]
    wrong = []

    def work(i):
        results = (run(batches[i])[0] for _ in range(20))
        wrong.extend(i for found in results if not np.allclose(found, expected[i], atol=1e-5))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_values_of_a_region_need_memory_for_a_block_only(monkeypatch):
    monkeypatch.setenv("CORNU_NUM_THREADS", "2")
    with Trace("chain") as trace:
        y = trace.input("x", (64, 64, 64, 4), "float32")
        for _ in range(6):
            y = p.tanh(y) * y
        program = build_program("chain", trace, [p.sum(y, axes=(0, 1, 2, 3), keepdims=False)])
    run = NumpyBackend().compile(program)
    assert run.plan.memory <= program.memory // 2


def test_small_programs_are_flat():
    with Trace("small") as trace:
        x = trace.input("x", (32, 20), "float32")
        program = build_program("small", trace, [p.tanh(x) * 2.0])
    source = NumpyBackend().compile(program).source
    assert "pool" not in source.split("def step")[1]
    assert "np.tanh(x, out=" in source


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize("rows", [1, 2, 4, 5, 7])
def test_sums_over_fewer_blocks_than_threads(agree, rows, monkeypatch):
    monkeypatch.setattr(limits, "cache", 1 << 20)
    rng = np.random.default_rng(0)
    agree(lambda x, y: p.matmul(x.T, y), rng.normal(size=(rows, 3)), rng.normal(size=(rows, 2)))


@pytest.mark.usefixtures("everywhere")
def test_a_convolution_of_rows_that_do_not_lie_in_order(agree):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(13, 2, 6, 5))  # 13 images: the last block is shorter
    kernel = rng.normal(size=(3, 3, 2, 4))

    def channels_first(x, kernel):
        images = p.transpose(x * 2.0, perm=(0, 2, 3, 1))
        out = convolution(images, kernel, **CONV)
        return out, *gradients([(out * out).sum()], [x, kernel])

    assert "in_order" in agree(channels_first, x, kernel).source


# x (960, 256), y (960, 1024), z (960, 21): an encoder and a decoder of 256 units, batches of 64
ONE_WAY = {
    "whole, then by rows": lambda x, y, z: (x.T @ y, z.T @ y),
    "by rows, then whole": lambda x, y, z: (z.T @ y, x.T @ y),
    "turned, and by rows": lambda x, y, z: (p.exp(y.T), p.tanh(y)),
    "turned, and in place": lambda x, y, z: (p.exp((y + 1.0).T), p.tanh(p.tanh(y + 1.0))),
    "both in one": lambda x, y, z: (y @ y.T, x @ x.T),
}


@pytest.mark.parametrize("case", ONE_WAY)
@pytest.mark.parametrize("threads", ["1", "2", "4"])
def test_all_members_of_a_region_read_a_value_in_one_way(agree, case, threads, monkeypatch):
    monkeypatch.setenv("CORNU_NUM_THREADS", threads)
    rng = np.random.default_rng(0)
    agree(ONE_WAY[case], *(rng.normal(size=(960, n)) / 32 for n in (256, 1024, 21)))
