"""Random numbers, the same bits from the same seed in every process and on every backend.

>>> import cornu
>>> cornu.random.normal((2, 3), seed=1).shape
(2, 3)
"""

from cornu_ops.random.distributions import (
    bernoulli,
    beta,
    binomial,
    categorical,
    gamma,
    normal,
    randint,
    truncated_normal,
    uniform,
)
from cornu_ops.random.layers import dropout, shuffle
from cornu_ops.random.seed import SeedGenerator, draw_seed, set_seed

__all__ = [
    "SeedGenerator",
    "bernoulli",
    "beta",
    "binomial",
    "categorical",
    "draw_seed",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "set_seed",
    "shuffle",
    "truncated_normal",
    "uniform",
]
