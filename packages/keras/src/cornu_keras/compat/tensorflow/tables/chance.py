"""`tf.random`: as Cornu draws, from the seed of `set_seed` or one of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu
from cornu import random
from cornu_keras.compat.tensorflow.kinds import as_dtype
from cornu_keras.compat.tensorflow.values import as_tensors
from cornu_ops.random.seed import draw_seed


def _sizes(shape: Any) -> tuple[int, ...]:
    return tuple(int(n) for n in np.atleast_1d(np.asarray(shape)))


def _normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None
) -> Any:
    return random.normal(_sizes(shape), mean, stddev, str(as_dtype(dtype)), _key(seed))


def _truncated(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None
) -> Any:
    return random.truncated_normal(_sizes(shape), mean, stddev, str(as_dtype(dtype)), _key(seed))


def _uniform(
    shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", seed: Any = None
) -> Any:
    dtype = as_dtype(dtype)
    if dtype.is_integer:
        if maxval is None:
            raise ValueError("tf.random.uniform needs a maxval where it draws whole numbers.")
        return random.randint(_sizes(shape), minval, maxval, str(dtype), _key(seed))
    top = 1.0 if maxval is None else maxval
    return random.uniform(_sizes(shape), minval, top, str(dtype), _key(seed))


def _categorical(logits: Any, num_samples: int, dtype: Any = "int64", seed: Any = None) -> Any:
    return random.categorical(logits, int(num_samples), dtype=str(as_dtype(dtype)), seed=_key(seed))


def _shuffle(value: Any, seed: Any = None) -> Any:
    return random.shuffle(value, seed=_key(seed))


def _gamma(
    shape: Any, alpha: Any, beta: Any = None, dtype: Any = "float32", seed: Any = None
) -> Any:
    sizes = (*_sizes(shape), *np.shape(alpha))
    drawn = random.gamma(sizes, alpha, str(as_dtype(dtype)), _key(seed))
    return drawn if beta is None else drawn / beta


def _poisson(shape: Any, lam: Any, dtype: Any = "float32", seed: Any = None) -> Any:
    key = draw_seed() if seed is None else int(seed)
    sizes = (*_sizes(shape), *np.shape(lam))
    return np.random.default_rng(key).poisson(lam, sizes).astype(str(as_dtype(dtype)))


def _key(seed: Any) -> Any:
    """Return what draws for a seed.

    That of a call draws other numbers each time, the same ones in each run; the two numbers of a
    stateless function draw the same ones each time.
    """
    if isinstance(seed, int):
        if seed not in _of_calls:
            _of_calls[seed] = random.SeedGenerator(seed)
        return _of_calls[seed]
    if seed is None or isinstance(seed, random.SeedGenerator):
        return seed
    first, second = (int(n) for n in np.asarray(seed).reshape(-1)[:2])
    return (first * 1_000_003 + second) % (1 << 31)


_of_calls: dict[int, Any] = {}  # what draws for the seeds that calls name


def _set_seed(seed: int) -> None:
    _of_calls.clear()
    cornu.set_seed(int(seed))


class Generator:
    """What draws random numbers from a seed of its own.

    Examples
    --------
    >>> one, two = Generator.from_seed(1), Generator.from_seed(1)
    >>> one.normal([2]).numpy().tolist() == two.normal([2]).numpy().tolist()
    True
    """

    def __init__(self, seed: int | None = None) -> None:
        self._source = random.SeedGenerator(seed)

    @classmethod
    def from_seed(cls, seed: int, alg: Any = None) -> Generator:
        """Return a generator of a seed."""
        return cls(int(seed))

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """Return a generator of a random seed."""
        return cls(int(np.random.default_rng().integers(2**31)))

    def normal(self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32") -> Any:
        """Return normal numbers."""
        return as_tensors(_normal(shape, mean, stddev, dtype, self._source))

    def uniform(
        self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32"
    ) -> Any:
        """Return uniform numbers."""
        return as_tensors(_uniform(shape, minval, maxval, dtype, self._source))

    def make_seeds(self, count: int = 1) -> Any:
        """Return seeds for the stateless functions."""
        return as_tensors(random.randint((2, count), 0, 2**31 - 1, "int32", self._source))


ROWS = {
    "random.set_seed set_random_seed random.set_random_seed": _set_seed,
    "random.normal random.stateless_normal random_normal": _normal,
    "random.truncated_normal random.stateless_truncated_normal truncated_normal": _truncated,
    "random.uniform random.stateless_uniform random_uniform": _uniform,
    "random.categorical": _categorical,
    "random.shuffle": _shuffle,
    "random.gamma": _gamma,
    "random.poisson": _poisson,
}
