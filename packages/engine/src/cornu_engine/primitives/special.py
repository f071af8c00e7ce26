"""Special functions that NumPy lacks, accurate to the last places of float64."""

from __future__ import annotations

from typing import Any

import numpy as np

# W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969).
_SMALL_P = (
    3.209377589138469472562e03,
    3.774852376853020208137e02,
    1.138641541510501556495e02,
    3.161123743870565596947e00,
    1.857777061846031526730e-01,
)
_SMALL_Q = (
    2.844236833439170622273e03,
    1.282616526077372275645e03,
    2.440246379344441733056e02,
    2.360129095234412093499e01,
    1.0,
)
_MID_P = (
    1.23033935479799725272e03,
    2.05107837782607146532e03,
    1.71204761263407058314e03,
    8.81952221241769090411e02,
    2.98635138197400131132e02,
    6.61191906371416294775e01,
    8.88314979438837594118e00,
    5.64188496988670089180e-01,
    2.15311535474403846343e-08,
)
_MID_Q = (
    1.23033935480374942043e03,
    3.43936767414372163696e03,
    4.36261909014324715820e03,
    3.29079923573345962678e03,
    1.62138957456669018874e03,
    5.37181101862009857509e02,
    1.17693950891312499305e02,
    1.57449261107098347253e01,
    1.0,
)
_FAR_P = (
    6.58749161529837803157e-04,
    1.60837851487422766278e-02,
    1.25781726111229246204e-01,
    3.60344899949804439429e-01,
    3.05326634961232344035e-01,
    1.63153871373020978498e-02,
)
_FAR_Q = (
    2.33520497626869185443e-03,
    6.05183413124413191178e-02,
    5.27905102951428412248e-01,
    1.87295284992346725209e00,
    2.56852019228982242072e00,
    1.0,
)
_ONE_OVER_SQRT_PI = 5.6418958354775628695e-01


def _polynomial(coefficients: tuple[float, ...], x: np.ndarray) -> np.ndarray:
    result = np.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        result *= x
        result += c
    return result


def erf(x: Any) -> np.ndarray:
    """Return the error function, in the dtype of `x`.

    Examples
    --------
    >>> float(erf(np.float64(0.5)))
    0.5204998778130465
    """
    given = np.asarray(x)
    a = np.abs(given.astype(np.float64))
    small, far = a <= 0.46875, a > 4.0
    square = np.where(small, a * a, 0.0)
    near = a * _polynomial(_SMALL_P, square) / _polynomial(_SMALL_Q, square)
    mid = np.clip(a, 0.46875, 4.0)
    tail = _polynomial(_MID_P, mid) / _polynomial(_MID_Q, mid)
    beyond = np.clip(a, 4.0, 27.0)
    inverse = 1.0 / (beyond * beyond)
    ratio = inverse * _polynomial(_FAR_P, inverse) / _polynomial(_FAR_Q, inverse)
    tail = np.where(far, (_ONE_OVER_SQRT_PI - ratio) / beyond, tail)
    with np.errstate(under="ignore"):
        result = np.where(small, near, 1.0 - np.exp(-(np.minimum(a, 27.0) ** 2)) * tail)
    result = np.where(np.isnan(a), np.nan, np.copysign(result, given))
    return result.astype(given.dtype)


def erfinv(y: Any) -> np.ndarray:
    """Return the inverse error function, in the dtype of `y`.

    Giles' approximation (2010) starts two steps of Newton's method in float64.

    Examples
    --------
    >>> round(float(erfinv(np.float64(0.5))), 12)
    0.476936276204
    """
    given = np.asarray(y)
    v = given.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        w = -np.log1p(-v * v)
        central = _polynomial(
            (
                1.50140941,
                0.246640727,
                -0.00417768164,
                -0.00125372503,
                0.00021858087,
                -4.39150654e-06,
                -3.5233877e-06,
                3.43273939e-07,
                2.81022636e-08,
            ),
            w - 2.5,
        )
        outer = _polynomial(
            (
                2.83297682,
                1.00167406,
                0.00943887047,
                -0.0076224613,
                0.00573950773,
                -0.00367342844,
                0.00134934322,
                0.000100950558,
                -0.000200214257,
            ),
            np.sqrt(w) - 3.0,
        )
        x = v * np.where(w < 5.0, central, outer)
        for _ in range(2):
            step = (erf(x) - v) * np.exp(x * x) / (2.0 * _ONE_OVER_SQRT_PI)
            x = x - np.where(np.isfinite(step), step, 0.0)
    x = np.where(np.abs(v) == 1.0, np.copysign(np.inf, v), x)
    return x.astype(given.dtype)
