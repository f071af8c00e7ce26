"""`tf.random`: as Cornu draws, from the seed of `set_seed` or one of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu
from cornu import random
from cornu_keras.compat.tensorflow.kinds import as_dtype


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


def _key(seed: Any) -> Any:
    """Return a seed as a number: TensorFlow's stateless functions take two."""
    if seed is None or isinstance(seed, int):
        return seed
    first, second = (int(n) for n in np.asarray(seed).reshape(-1)[:2])
    return (first * 1_000_003 + second) % (1 << 31)


def _set_seed(seed: int) -> None:
    cornu.set_seed(int(seed))


ROWS = {
    "random.set_seed set_random_seed random.set_random_seed": _set_seed,
    "random.normal random.stateless_normal random_normal": _normal,
    "random.truncated_normal random.stateless_truncated_normal truncated_normal": _truncated,
    "random.uniform random.stateless_uniform random_uniform": _uniform,
    "random.categorical": _categorical,
    "random.shuffle": _shuffle,
    "random.gamma": _gamma,
}
