"""Linear algebra of the last two axes: `keras.ops` names from `cholesky` to `svd`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from cornu_engine.dtypes import float_limits
from cornu_engine.errors import ShapeError
from cornu_engine.primitives.table import p
from cornu_engine.shapes import normalize_axes, product
from cornu_engine.trace import op
from cornu_ops.composites.elimination import cholesky_factor, log_determinant, solve_system
from cornu_ops.eager import NO_PROGRAM, on_arrays
from cornu_ops.movement import transposed
from cornu_ops.reduction import reduce
from cornu_ops.values import Tensor, TensorLike, floating, promote_floating


def _square(name: str, x: TensorLike) -> Tensor:
    x = floating(x)
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ShapeError(f"{name}() needs square matrices (…, n, n), got shape {tuple(x.shape)}.")
    return x


def _in_batch(x: Tensor) -> Tensor:
    """All leading axes as one."""
    return p.reshape(x, shape=(product(x.shape[:-2]), *x.shape[-2:]))


@op
def solve(a: TensorLike, b: TensorLike) -> Tensor:
    """The `x` with `a @ x = b`.

    Parameters
    ----------
    a
        Matrices `(…, n, n)`.
    b
        Right-hand sides `(…, n, m)`, or a vector `(…, n)` with one axis less than `a`.

    Raises
    ------
    ShapeError
        If shapes do not fit.
    numpy.linalg.LinAlgError
        For a singular array; in a compiled step the result is not finite.

    Examples
    --------
    >>> ops.solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 4.0])
    array([1., 1.], dtype=float32)
    """
    a, b = promote_floating(a, b)
    a = _square("solve", a)
    vector = b.ndim == a.ndim - 1
    b = p.reshape(b, shape=(*b.shape, 1)) if vector else b
    if b.ndim != a.ndim or a.shape[:-1] != b.shape[:-1]:
        raise ShapeError(f"solve(): shapes {tuple(a.shape)} and {tuple(b.shape)} do not fit.")
    x = p.reshape(solve_system(_in_batch(a), _in_batch(b)), shape=tuple(b.shape))
    return p.reshape(x, shape=tuple(x.shape[:-1])) if vector else x


@op
def solve_triangular(a: TensorLike, b: TensorLike, lower: bool = False) -> Tensor:
    """The `x` with `a @ x = b` for triangular `a`, of which the other half is not read.

    Examples
    --------
    >>> ops.solve_triangular([[2.0, 0.0], [1.0, 1.0]], [2.0, 3.0], lower=True)
    array([1., 2.], dtype=float32)
    """
    from cornu_ops.creation import tril, triu

    a, b = promote_floating(a, b)
    return solve((tril if lower else triu)(_square("solve_triangular", a)), b)


@op
def inv(x: TensorLike) -> Tensor:
    """The inverse of square matrices.

    Examples
    --------
    >>> ops.inv([[2.0, 0.0], [0.0, 4.0]])
    array([[0.5 , 0.  ],
           [0.  , 0.25]], dtype=float32)
    """
    x = _square("inv", x)
    eye = np.eye(x.shape[-1], dtype=x.dtype)
    return solve(x, p.expand(eye, shape=tuple(x.shape)))


@op
def slogdet(x: TensorLike) -> tuple[Tensor, Tensor]:
    """The sign of the determinant, and the logarithm of its absolute value.

    Examples
    --------
    >>> sign, logarithm = ops.slogdet([[2.0, 0.0], [0.0, -4.0]])
    >>> float(sign), round(float(logarithm), 5)
    (-1.0, 2.07944)
    """
    x = _square("slogdet", x)
    sign, logarithm = log_determinant(_in_batch(x))
    shape = tuple(x.shape[:-2])
    return p.reshape(sign, shape=shape), p.reshape(logarithm, shape=shape)


@op
def det(x: TensorLike) -> Tensor:
    """The determinant of square matrices.

    Examples
    --------
    >>> round(float(ops.det([[2.0, 1.0], [1.0, 4.0]])), 4)
    7.0
    """
    sign, logarithm = slogdet(x)
    return p.mul(sign, p.exp(logarithm))


@op
def logdet(x: TensorLike) -> Tensor:
    """The logarithm of the determinant of positive definite matrices.

    Examples
    --------
    >>> round(float(ops.logdet([[2.0, 0.0], [0.0, 4.0]])), 5)
    2.07944
    """
    from cornu_ops.diagonals import diagonal

    factor = cholesky(x)
    logs = p.log(diagonal(factor, 0, -2, -1))
    return p.mul(p.sum(logs, axes=(logs.ndim - 1,), keepdims=False), 2.0)


@op
def cholesky(x: TensorLike, upper: bool = False) -> Tensor:
    """The lower triangular `l` with `l @ l.T = x` of positive definite matrices.

    Parameters
    ----------
    x
        Matrices `(…, n, n)`.
    upper
        Return the transpose, an upper triangle.

    Raises
    ------
    numpy.linalg.LinAlgError
        For an array that is not positive definite; in a compiled step the result is not finite.

    Examples
    --------
    >>> ops.cholesky([[4.0, 2.0], [2.0, 5.0]])
    array([[2., 0.],
           [1., 2.]], dtype=float32)
    """
    x = _square("cholesky", x)
    factor = p.reshape(cholesky_factor(_in_batch(x)), shape=tuple(x.shape))
    return transposed(factor) if upper else factor


@op
def cholesky_inverse(x: TensorLike, upper: bool = False) -> Tensor:
    """The inverse of the matrices whose Cholesky factors are `x`; the other half is not read.

    Examples
    --------
    >>> ops.cholesky_inverse([[2.0, 7.0], [1.0, 2.0]])
    array([[ 0.3125, -0.125 ],
           [-0.125 ,  0.25  ]], dtype=float32)
    """
    from cornu_ops.creation import tril, triu

    factor = (triu if upper else tril)(_square("cholesky_inverse", x))
    factor = transposed(factor) if upper else factor
    return inv(p.matmul(factor, transposed(factor)))


@op
def norm(x: TensorLike, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Length of vectors, or a norm of matrices.

    Parameters
    ----------
    x
        Tensor of any shape.
    ord
        For vectors a number or infinity (2 by default), for matrices `"fro"`, 1, -1, or plus or
        minus infinity; 2, -2 and `"nuc"`, which need singular values, for plain arrays only.
    axis
        One axis of vectors or the two of matrices; by default the whole tensor is one vector, or,
        if `ord` is given, the vector or matrix that it is.
    keepdims
        Keep the reduced axes with size 1.

    Raises
    ------
    ValueError
        For an order that does not exist.

    Examples
    --------
    >>> ops.norm([[3.0, 4.0], [6.0, 8.0]], axis=1)
    array([ 5., 10.], dtype=float32)
    """
    x = floating(x)
    if axis is None and ord is not None and x.ndim not in (1, 2):
        raise ValueError(f"norm() of a tensor with {x.ndim} axes needs `axis` along with `ord`.")
    axes = normalize_axes(axis, x.ndim)
    if ord is None or (ord == "fro" and len(axes) == 2) or (ord == 2 and len(axes) == 1):
        return p.sqrt(reduce(p.sum, p.mul(x, x), axes, keepdims))
    if len(axes) == 1:
        return _vector_norm(x, ord, axes, keepdims)
    if len(axes) != 2:
        raise ValueError(f"norm() takes one or two axes, got {axis!r}.")
    first, second = axes if axis is None else [a % x.ndim for a in axis]
    if ord in (2, -2, "nuc"):
        return _spectral_norm(x, ord, (first, second), keepdims)
    return _matrix_norm(x, ord, first, second, keepdims)


def _vector_norm(x: Tensor, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    size = p.abs(x)
    if isinstance(ord, str):
        raise ValueError(f"ord {ord!r} is a norm of matrices; give two axes.")
    if ord == np.inf:
        return reduce(p.max, size, axes, keepdims)
    if ord == -np.inf:
        return reduce(p.min, size, axes, keepdims)
    if ord == 0:
        return reduce(p.sum, p.cast(p.ne(x, 0.0), dtype=x.dtype), axes, keepdims)
    if ord == 1:
        return reduce(p.sum, size, axes, keepdims)
    return p.pow(reduce(p.sum, p.pow(size, float(ord)), axes, keepdims), 1.0 / ord)


def _matrix_norm(x: Tensor, ord: Any, first: int, second: int, keepdims: bool) -> Tensor:
    rules: dict[Any, tuple[int, int, Any]] = {
        1: (first, second, p.max),
        -1: (first, second, p.min),
        np.inf: (second, first, p.max),
        -np.inf: (second, first, p.min),
    }
    if ord not in rules:
        raise ValueError(f"ord {ord!r} is no norm of matrices.")
    summed, compared, extreme = rules[ord]
    sums = extreme(p.sum(p.abs(x), axes=(summed,), keepdims=True), axes=(compared,), keepdims=True)
    if keepdims:
        return sums
    kept = tuple(n for i, n in enumerate(x.shape) if i not in (first, second))
    return p.reshape(sums, shape=kept)


@on_arrays(NO_PROGRAM)
def _spectral_norm(x: Tensor, ord: Any, axes: Sequence[int], keepdims: bool) -> Tensor:
    return np.asarray(np.linalg.norm(x, ord, tuple(axes), keepdims), x.dtype)


class SVD(NamedTuple):
    """`x = u @ diag(s) @ vh`."""

    u: Any
    s: Any
    vh: Any


class Factors(NamedTuple):
    """`x = q @ r`."""

    q: Any
    r: Any


class Eigen(NamedTuple):
    """Eigenvalues, and eigenvectors as columns."""

    eigenvalues: Any
    eigenvectors: Any


def _array(x: TensorLike) -> np.ndarray:
    return np.asarray(floating(x))


@on_arrays(NO_PROGRAM)
def svd(x: TensorLike, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """Singular values and vectors of matrices.

    Plain arrays only: there is no primitive for it.

    Examples
    --------
    >>> ops.svd([[3.0, 0.0], [0.0, 2.0]], compute_uv=False)
    array([3., 2.], dtype=float32)
    """
    if compute_uv:
        return SVD(*np.linalg.svd(_array(x), full_matrices=full_matrices))
    return np.linalg.svd(_array(x), compute_uv=False)


@on_arrays(NO_PROGRAM)
def qr(x: TensorLike, mode: str = "reduced") -> Factors:
    """Orthonormal columns times an upper triangle.

    Plain arrays only: there is no primitive for it.

    Examples
    --------
    >>> q, r = ops.qr([[1.0, 2.0], [3.0, 4.0]])
    >>> np.allclose(q @ r, [[1.0, 2.0], [3.0, 4.0]], atol=1e-5)
    True
    """
    if mode not in ("reduced", "complete"):
        raise ValueError(f"mode must be 'reduced' or 'complete', got {mode!r}.")
    factors = np.linalg.qr(_array(x), "complete" if mode == "complete" else "reduced")
    return Factors(*factors)


@on_arrays(NO_PROGRAM)
def lu_factor(x: TensorLike) -> tuple[Tensor, Tensor]:
    """Lower times upper triangle, by elimination with row swaps; as LAPACK stores them.

    Plain arrays only: there is no primitive for it.

    Parameters
    ----------
    x
        Matrices `(…, n, m)`.

    Returns
    -------
    lu, pivots
        Of the shape of `x`: the upper triangle with the diagonal, and below it the lower one,
        whose diagonal is all ones; and `(…, min(n, m))`, int32: with which row each was swapped.

    Examples
    --------
    >>> ops.lu_factor([[1.0, 2.0], [4.0, 4.0]])
    (array([[4.  , 4.  ],
           [0.25, 1.  ]], dtype=float32), array([1, 1], dtype=int32))
    """
    x = _array(x)
    if x.ndim < 2:
        raise ShapeError(f"lu_factor() needs matrices (…, n, m), got shape {x.shape}.")
    rows, columns = x.shape[-2:]
    lu = np.array(x).reshape(-1, rows, columns)
    each, count = np.arange(len(lu)), min(rows, columns)
    pivots = np.zeros((len(lu), count), np.int32)
    for k in range(count):
        best = k + np.abs(lu[:, k:, k]).argmax(axis=1)
        pivots[:, k] = best
        lu[each, k], lu[each, best] = lu[each, best], lu[each, k]
        pivot = lu[:, k, k, None]
        lu[:, k + 1 :, k] /= np.where(pivot == 0, 1, pivot)
        lu[:, k + 1 :, k + 1 :] -= lu[:, k + 1 :, k, None] * lu[:, k, None, k + 1 :]
    return lu.reshape(x.shape), pivots.reshape(*x.shape[:-2], count)


@on_arrays(NO_PROGRAM)
def eigh(x: TensorLike) -> Eigen:
    """Eigenvalues in ascending order and eigenvectors of symmetric matrices.

    Plain arrays only: there is no primitive for it.

    Examples
    --------
    >>> ops.eigh([[2.0, 0.0], [0.0, 1.0]])[0]
    array([1., 2.], dtype=float32)
    """
    return Eigen(*np.linalg.eigh(_square("eigh", _array(x))))


@on_arrays(NO_PROGRAM)
def eig(x: TensorLike) -> Eigen:
    """Eigenvalues and eigenvectors of square matrices, as complex numbers.

    Plain arrays only: there is no primitive for it.

    Examples
    --------
    >>> ops.eig([[0.0, 1.0], [-1.0, 0.0]])[0]
    array([0.+1.j, 0.-1.j], dtype=complex64)
    """
    pairs = np.linalg.eig(_square("eig", _array(x)))
    # NumPy before 2.5 returns real numbers where all are: the dtype would depend on the values.
    return Eigen(*(each.astype(np.result_type(each, np.complex64)) for each in pairs))


@on_arrays(NO_PROGRAM)
def pinv(x: TensorLike, rcond: float | None = None) -> Tensor:
    """The pseudo-inverse of matrices; singular values below `rcond` times the largest count as 0.

    Plain arrays only: there is no primitive for it.

    Examples
    --------
    >>> ops.pinv([[2.0, 0.0], [0.0, 0.0]])
    array([[0.5, 0. ],
           [0. , 0. ]], dtype=float32)
    """
    x = _array(x)
    limit = max(x.shape[-2:]) * float(float_limits(x.dtype).eps) if rcond is None else rcond
    return np.linalg.pinv(x, limit)


@on_arrays(NO_PROGRAM)
def matrix_rank(x: TensorLike, tol: float | None = None) -> Tensor:
    """How many singular values exceed `tol`.

    Plain arrays only: there is no primitive for it.

    Examples
    --------
    >>> int(ops.matrix_rank([[1.0, 1.0], [1.0, 1.0]]))
    1
    """
    return np.asarray(np.linalg.matrix_rank(_array(x), tol), np.int32)


@on_arrays(NO_PROGRAM)
def lstsq(a: TensorLike, b: TensorLike, rcond: float | None = None) -> Tensor:
    """The `x` for which `a @ x` is nearest to `b`.

    Plain arrays only: there is no primitive for it.

    Parameters
    ----------
    a
        Matrix `(n, m)`.
    b
        `(n,)` or `(n, k)`.
    rcond
        Singular values below `rcond` times the largest count as 0.

    Examples
    --------
    >>> ops.lstsq([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]], [1.0, 2.0, 3.0])
    array([1., 1.], dtype=float32)
    """
    a, b = promote_floating(a, b)
    return np.linalg.lstsq(a, b, rcond)[0]
