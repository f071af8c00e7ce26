"""Initializers: what a weight starts from."""

from __future__ import annotations

from cornu_layers.initializers.constant import Constant, Identity, Ones, Zeros
from cornu_layers.initializers.distributions import RandomNormal, RandomUniform, TruncatedNormal
from cornu_layers.initializers.orthogonal import Orthogonal
from cornu_layers.initializers.stft import STFT
from cornu_layers.initializers.variance_scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
)

INITIALIZERS: tuple[type, ...] = (
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Identity,
    LecunNormal,
    LecunUniform,
    Ones,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    STFT,
    TruncatedNormal,
    VarianceScaling,
    Zeros,
)
ALIASES: tuple[tuple[str, type], ...] = (
    ("IdentityInitializer", Identity),
    ("OrthogonalInitializer", Orthogonal),
    ("STFTInitializer", STFT),
    ("constant", Constant),
    ("glorot_normal", GlorotNormal),
    ("glorot_uniform", GlorotUniform),
    ("he_normal", HeNormal),
    ("he_uniform", HeUniform),
    ("identity", Identity),
    ("lecun_normal", LecunNormal),
    ("lecun_uniform", LecunUniform),
    ("normal", RandomNormal),
    ("one", Ones),
    ("ones", Ones),
    ("orthogonal", Orthogonal),
    ("random_normal", RandomNormal),
    ("random_uniform", RandomUniform),
    ("stft", STFT),
    ("truncated_normal", TruncatedNormal),
    ("uniform", RandomUniform),
    ("variance_scaling", VarianceScaling),
    ("zero", Zeros),
    ("zeros", Zeros),
)

__all__ = [
    "STFT",
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
]
