"""Random numbers: their distributions, and that a seed decides every bit of them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import cornu
from cornu import random
from cornu_engine.program import build_program
from cornu_engine.reference import evaluate
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.trace import Trace

N = 20_000
ks_limit = 1.95 / np.sqrt(N)  # exceeded once in 1000 draws that are what they claim to be


def distance(sample, cdf):
    """Kolmogorov and Smirnov's distance between a sample and a distribution function."""
    ordered = np.sort(np.asarray(sample, np.float64).ravel())
    levels = np.arange(ordered.size + 1) / ordered.size
    expected = cdf(ordered)
    return max(np.abs(expected - levels[1:]).max(), np.abs(expected - levels[:-1]).max())


def test_continuous_distributions():
    stats = pytest.importorskip("scipy.stats")
    truncated = stats.truncnorm(-2, 2)
    samples = {
        "uniform": (random.uniform((N,), seed=1), stats.uniform().cdf),
        "uniform on [-3, 5)": (random.uniform((N,), -3, 5, seed=2), stats.uniform(-3, 8).cdf),
        "uniform in double": (random.uniform((N,), dtype="float64", seed=3), stats.uniform().cdf),
        "normal": (random.normal((N,), seed=4), stats.norm().cdf),
        "normal, moved": (random.normal((N,), 2.0, 3.0, seed=5), stats.norm(2, 3).cdf),
        "normal in double": (random.normal((N,), dtype="float64", seed=6), stats.norm().cdf),
        "truncated": (random.truncated_normal((N,), seed=7), truncated.cdf),
        "truncated, moved": (
            random.truncated_normal((N,), 1.0, 0.5, seed=8),
            lambda x: truncated.cdf((x - 1) / 0.5),
        ),
        "gamma below 1": (random.gamma((N,), 0.4, seed=9), stats.gamma(0.4).cdf),
        "gamma above 1": (random.gamma((N,), 7.5, seed=10), stats.gamma(7.5).cdf),
        "beta": (random.beta((N,), 2.0, 0.7, seed=11), stats.beta(2.0, 0.7).cdf),
    }
    far = {name: d for name, (x, cdf) in samples.items() if (d := distance(x, cdf)) > ks_limit}
    assert not far


def test_discrete_distributions():
    whole = random.randint((N,), -2, 5, seed=1)
    assert whole.dtype == np.int32
    np.testing.assert_allclose(
        np.bincount(whole + 2, minlength=7) / N, np.full(7, 1 / 7), atol=0.01
    )
    logits = np.log([[0.1, 0.6, 0.3], [0.5, 0.5, 1e-9]])
    drawn = random.categorical(logits, N, seed=2)
    assert drawn.shape == (2, N)
    shares = np.stack([np.bincount(row, minlength=3) for row in drawn]) / N
    np.testing.assert_allclose(shares, np.exp(logits), atol=0.015)
    counts = random.binomial((N,), 9, 0.3, seed=3)
    assert abs(counts.mean() - 2.7) < 0.05
    assert abs(counts.var() - 9 * 0.3 * 0.7) < 0.06
    assert abs(random.bernoulli((N,), 0.3, seed=4).mean() - 0.3) < 0.015


def test_randint_reaches_both_ends_and_no_further():
    assert set(random.randint((500,), 3, 5, seed=0).tolist()) == {3, 4}
    wide = random.randint((N,), -(2**31), 2**31 - 1, dtype="int64", seed=0)
    assert wide.min() < -(2**30)
    assert wide.max() > 2**30


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_bounds_hold_in_every_precision(dtype):
    drawn = random.uniform((N,), dtype=dtype, seed=0)
    assert drawn.dtype == dtype
    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert np.isfinite(random.normal((N,), dtype=dtype, seed=0)).all()
    assert abs(random.truncated_normal((N,), dtype=dtype, seed=0)).max() <= 2


def test_dropout_keeps_the_mean_and_drops_the_share():
    x = np.ones((100, 200), "float32")
    y = random.dropout(x, 0.3, seed=1)
    assert abs((y == 0).mean() - 0.3) < 0.01
    np.testing.assert_allclose(np.unique(y), [0, 1 / 0.7], rtol=1e-6)
    rows = random.dropout(x, 0.5, noise_shape=(None, 1), seed=1)
    assert all(len(np.unique(row)) == 1 for row in rows)
    np.testing.assert_array_equal(random.dropout(x, 0.0), x)
    np.testing.assert_array_equal(random.dropout(x, 1.0, seed=1), 0 * x)
    with pytest.raises(ValueError, match="between 0 and 1"):
        random.dropout(x, 1.5)


def test_shuffle_is_a_permutation_of_slices():
    x = np.arange(40).reshape(10, 4)
    y = random.shuffle(x, seed=3)
    assert not np.array_equal(x, y)
    np.testing.assert_array_equal(np.sort(y, 0), x)
    columns = random.shuffle(x, axis=1, seed=3)
    np.testing.assert_array_equal(np.sort(columns, 1), x)


def test_an_integer_seed_repeats_and_a_generator_advances():
    np.testing.assert_array_equal(random.normal((3,), seed=5), random.normal((3,), seed=5))
    assert not np.array_equal(random.normal((3,), seed=5), random.normal((3,), seed=6))
    generator, twin = random.SeedGenerator(5), random.SeedGenerator(5)
    first, second = random.uniform((3,), seed=generator), random.uniform((3,), seed=generator)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, random.uniform((3,), seed=twin))
    assert generator.state.numpy().tolist() == [5, 2]
    again = random.SeedGenerator.from_config(generator.get_config())
    np.testing.assert_array_equal(first, random.uniform((3,), seed=again))


def test_the_global_seed_fixes_draws_and_seeds_of_layers():
    def draw():
        return (
            random.uniform((2,)).tolist(),
            random.normal((2,)).tolist(),
            random.SeedGenerator().seed,
            random.SeedGenerator().seed,
            random.draw_seed(),
        )

    cornu.set_seed(11)
    first = draw()
    assert len(set(first[2:])) == 3
    cornu.set_seed(11)
    assert draw() == first
    cornu.set_seed(12)
    assert draw() != first


def test_another_process_draws_the_same():
    code = (
        "import cornu; cornu.set_seed(3);"
        "print(cornu.random.normal((4,)).tolist(), cornu.random.SeedGenerator().seed)"
    )
    run = [sys.executable, "-c", code]
    outputs = {
        subprocess.run(run, capture_output=True, text=True, check=True).stdout for _ in range(2)
    }
    cornu.set_seed(3)
    outputs.add(f"{random.normal((4,)).tolist()} {random.SeedGenerator().seed}\n")
    assert len(outputs) == 1


def test_a_program_draws_what_arrays_draw_and_advances_its_state():
    inside, outside = random.SeedGenerator(7), random.SeedGenerator(7)
    with Trace("draws") as trace:
        drawn = [random.normal((3,), seed=inside), random.uniform((2, 2), seed=inside)]
        drawn.append(random.dropout(trace.input("x", (5,), "float32"), 0.5, seed=inside))
    run = ReferenceExecutable(build_program("draws", trace, drawn))
    x = np.ones(5, "float32")
    for _ in range(2):  # every run goes on where the last one ended
        found = run(x)
        expected = [
            random.normal((3,), seed=outside),
            random.uniform((2, 2), seed=outside),
            random.dropout(x, 0.5, seed=outside),
        ]
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)
    assert inside.state.numpy().tolist() == outside.state.numpy().tolist() == [7, 6]


def test_dropout_of_a_trace_drops_the_same_gradient():
    from cornu_engine.gradients import gradients

    with Trace("dropout") as trace:
        x = trace.input("x", (1000,), "float32")
        y = random.dropout(x, 0.4, seed=random.SeedGenerator(1))
        (slope,) = gradients([y], [x])
    values = {x: np.ones(1000, "float32"), **{n: v.array for v, n in trace.variables.items()}}
    found, back = evaluate([y, slope], values)
    np.testing.assert_array_equal(found, back)


def test_seeds_in_the_middle_of_a_trace_are_constant():
    with Trace("constant"):
        assert isinstance(random.normal((3,), seed=5), np.ndarray)


@pytest.mark.parametrize("seed", [1.5, "7", True])
def test_what_is_no_seed(seed):
    with pytest.raises(TypeError, match="A seed is a whole number"):
        random.uniform((2,), seed=seed)


def test_continuous_distributions_refuse_integers():
    with pytest.raises(TypeError, match="must be a float"):
        random.normal((2,), dtype="int32")
    with pytest.raises(TypeError, match="draws integers"):
        random.randint((2,), 0, 5, dtype="float32")
