"""`tf.random`: as Cornu draws, from the seed of `set_seed` or one of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu
from cornu_keras.compat.tensorflow.kinds import as_dtype
from cornu_keras.compat.tensorflow.values import as_tensors
from cornu_ops import random
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

    def truncated_normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32"
    ) -> Any:
        """Return normal numbers, none of which is far away."""
        return as_tensors(_truncated(shape, mean, stddev, dtype, self._source))

    def binomial(self, shape: Any, counts: Any, probs: Any, dtype: Any = "int32") -> Any:
        """Return how often something of a chance happened."""
        seed = int(np.asarray(random.randint((), 0, 2**31 - 1, "int32", self._source)))
        return as_tensors(_binomial(shape, counts, probs, (seed, seed), dtype))

    def uniform_full_int(self, shape: Any, dtype: Any = "uint64") -> Any:
        """Return whole numbers of all sizes."""
        seed = int(np.asarray(random.randint((), 0, 2**31 - 1, "int32", self._source)))
        kind = str(as_dtype(dtype))
        limits = np.iinfo(kind)
        rng = np.random.default_rng(seed)
        return as_tensors(rng.integers(limits.min, limits.max, _sizes(shape), kind, endpoint=True))

    def split(self, count: int = 1) -> list[Generator]:
        """Return generators of seeds of their own."""
        seeds = np.asarray(random.randint((int(count),), 0, 2**31 - 1, "int32", self._source))
        return [Generator(int(seed)) for seed in seeds]

    def reset_from_seed(self, seed: int) -> None:
        """Begin anew from a seed."""
        self._source = random.SeedGenerator(int(seed))

    def make_seeds(self, count: int = 1) -> Any:
        """Return seeds for the stateless functions."""
        return as_tensors(random.randint((2, count), 0, 2**31 - 1, "int32", self._source))


class Algorithm:
    """How bits are drawn: numbers of all of them are Cornu's."""

    PHILOX, THREEFRY, AUTO_SELECT = 1, 2, 3


_global: list[Generator] = []


def get_global_generator() -> Generator:
    """Return the generator that all may use."""
    if not _global:
        _global.append(Generator.from_non_deterministic_state())
    return _global[0]


def set_global_generator(generator: Generator) -> None:
    """Set the generator that all may use."""
    _global[:] = [generator]


def _seeds(seed: Any, num: int = 2, alg: Any = None) -> Any:
    """Return pairs of numbers that a pair leads to."""
    return np.random.default_rng(_key(seed)).integers(2**31, size=(int(num), 2)).astype("int32")


def _folded(seed: Any, data: Any) -> Any:
    first, second = (int(n) for n in np.asarray(seed).reshape(-1)[:2])
    return _seeds((first ^ int(np.asarray(data)), second), 1)[0]


def _binomial(shape: Any, counts: Any, probs: Any, seed: Any = None, dtype: Any = "int32") -> Any:
    key = draw_seed() if seed is None else _key(seed)
    key = key if isinstance(key, int) else draw_seed()
    drawn = np.random.default_rng(key).binomial(
        np.asarray(counts), np.asarray(probs), _sizes(shape)
    )
    return drawn.astype(str(as_dtype(dtype)))


ROWS = {
    "random.split random.experimental.stateless_split": _seeds,
    "random.fold_in random.experimental.stateless_fold_in": _folded,
    "random.stateless_binomial": lambda shape, seed, counts, probs, output_dtype="int32": _binomial(
        shape, counts, probs, seed, output_dtype
    ),
    "random.stateless_categorical": lambda logits, num_samples, seed, dtype="int64": _categorical(
        logits, num_samples, dtype, seed
    ),
    "random.stateless_poisson": lambda shape, seed, lam, dtype="int32": _poisson(
        shape, lam, dtype, _key(seed)
    ),
    "random.stateless_gamma": lambda shape, seed, alpha, beta=None, dtype="float32": _gamma(
        shape, alpha, beta, dtype, seed
    ),
    "random.experimental.stateless_shuffle": lambda value, seed: _shuffle(value, seed),
    "random.experimental.index_shuffle": lambda index, seed, max_index: np.random.default_rng(
        _key(seed)
    ).permutation(int(max_index) + 1)[np.asarray(index)],
    "random.set_seed set_random_seed random.set_random_seed": _set_seed,
    "random.normal random.stateless_normal random_normal": _normal,
    "random.truncated_normal random.stateless_truncated_normal truncated_normal": _truncated,
    "random.uniform random.stateless_uniform random_uniform": _uniform,
    "random.categorical": _categorical,
    "random.shuffle": _shuffle,
    "random.gamma": _gamma,
    "random.poisson": _poisson,
}
