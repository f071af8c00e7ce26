"""Special functions, a block at a time into `out`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cornu_backend_numpy.settings import limits
from cornu_engine.primitives import special

# erf(x) = x P(x²) / Q(x²) for |x| < 3.83, and ±1 beyond: the approximation that XLA computes in
# single precision, good to a few units in the last place.
_LIMIT = 3.832506856900711
_NUMERATOR = (
    0.00022905065861350646,
    0.0034082910107109506,
    0.050955695062380861,
    0.18520832239976145,
    1.128379143519084,
)
_DENOMINATOR = (
    -1.1791602954361697e-7,
    0.000023547966471313185,
    0.0010179625278914885,
    0.014070470171167667,
    0.11098505178285362,
    0.49746925110067538,
    1.0,
)

Block = Callable[[np.ndarray, np.ndarray], None]


def _polynomial(coefficients: tuple[float, ...], x: np.ndarray, out: np.ndarray) -> None:
    np.multiply(x, np.float32(coefficients[0]), out=out)
    for c in coefficients[1:-1]:
        np.add(out, np.float32(c), out=out)
        np.multiply(out, x, out=out)
    np.add(out, np.float32(coefficients[-1]), out=out)


def _single_erf(x: np.ndarray, out: np.ndarray) -> None:
    square, below = np.empty_like(out), np.empty_like(out)
    np.clip(x, np.float32(-_LIMIT), np.float32(_LIMIT), out=out)
    np.square(out, out=square)
    _polynomial(_DENOMINATOR, square, below)
    np.divide(out, below, out=out)
    _polynomial(_NUMERATOR, square, below)
    np.multiply(out, below, out=out)
    np.clip(out, np.float32(-1), np.float32(1), out=out)


def _defined(function: Callable[[np.ndarray], np.ndarray]) -> Block:
    def run(x: np.ndarray, out: np.ndarray) -> None:
        np.copyto(out, function(x))

    return run


def _blockwise(x: np.ndarray, out: np.ndarray, run: Block) -> None:
    target = out.reshape(-1)
    source = np.broadcast_to(x, out.shape).reshape(-1)
    for i in range(0, target.size, limits.special):
        run(source[i : i + limits.special], target[i : i + limits.special])


def erf(x: np.ndarray, out: np.ndarray) -> None:
    """out = the error function of `x`, good to a few units in the last place.

    Examples
    --------
    >>> out = np.empty(1, np.float32)
    >>> erf(np.float32([0.5]), out)
    >>> round(float(out[0]), 6)
    0.5205
    """
    _blockwise(x, out, _single_erf if x.dtype == np.float32 else _defined(special.erf))


def erfinv(x: np.ndarray, out: np.ndarray) -> None:
    """out = the inverse of the error function."""
    _blockwise(x, out, _defined(special.erfinv))
