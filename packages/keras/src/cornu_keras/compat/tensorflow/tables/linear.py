"""Products and decompositions."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_ops as ops


def _turned(x: Any) -> Any:
    rank = len(x.shape)
    return ops.transpose(x, (*range(rank - 2), rank - 1, rank - 2))


def _matmul(
    a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False, adjoint_a: bool = False,
    adjoint_b: bool = False,
) -> Any:  # fmt: skip
    a, b = ops.convert_to_tensor(a), ops.convert_to_tensor(b)
    a = _turned(a) if transpose_a or adjoint_a else a
    b = _turned(b) if transpose_b or adjoint_b else b
    return ops.matmul(a, b)


def _matvec(a: Any, b: Any, transpose_a: bool = False) -> Any:
    return ops.squeeze(_matmul(a, ops.expand_dims(b, -1), transpose_a), -1)


def _norm(tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool = False) -> Any:
    if ord == "euclidean":
        return ops.sqrt(ops.sum(ops.square(ops.abs(tensor)), axis, keepdims))
    flat = ops.reshape(tensor, (-1,)) if axis is None else tensor
    return ops.norm(flat, ord, axis, keepdims)


def _clipped(t: Any, clip_norm: Any, axes: Any = None) -> Any:
    norm = ops.sqrt(ops.sum(ops.square(t), axes, keepdims=True))
    return ops.divide(ops.multiply(t, clip_norm), ops.maximum(norm, clip_norm))


def _global_norm(t_list: Any) -> Any:
    squares = [ops.sum(ops.square(t)) for t in t_list if t is not None]
    return ops.sqrt(ops.sum(ops.stack(squares)))


def _globally_clipped(t_list: Any, clip_norm: Any, use_norm: Any = None) -> Any:
    norm = _global_norm(t_list) if use_norm is None else use_norm
    scale = ops.divide(clip_norm, ops.maximum(norm, clip_norm))
    return [None if t is None else ops.multiply(t, scale) for t in t_list], norm


def _band(input: Any, num_lower: int, num_upper: int) -> Any:
    rows, columns = input.shape[-2:]
    away = np.arange(rows)[:, None] - np.arange(columns)
    kept = (num_lower < 0) | (away <= num_lower)
    kept &= (num_upper < 0) | (-away <= num_upper)
    return ops.where(kept, input, 0)


def _diagonal(diagonal: Any) -> Any:
    x = ops.convert_to_tensor(diagonal)
    return ops.multiply(ops.expand_dims(x, -1), np.eye(int(x.shape[-1]), dtype=str(x.dtype)))


ROWS = {
    "matmul linalg.matmul": _matmul,
    "linalg.matvec": _matvec,
    "tensordot linalg.tensordot": lambda a, b, axes: ops.tensordot(a, b, axes),
    "einsum linalg.einsum": lambda equation, *inputs: ops.einsum(equation, *inputs),
    "linalg.matrix_transpose": lambda a: _turned(ops.convert_to_tensor(a)),
    "linalg.inv": lambda input: ops.inv(input),
    "linalg.pinv": lambda a: ops.pinv(a),
    "linalg.det": lambda input: ops.det(input),
    "linalg.slogdet": lambda input: ops.slogdet(input),
    "linalg.solve": lambda matrix, rhs: ops.solve(matrix, rhs),
    "linalg.lstsq": lambda matrix, rhs: ops.matmul(ops.pinv(matrix), rhs),
    "linalg.cholesky": lambda input: ops.cholesky(input),
    "linalg.triangular_solve": lambda matrix, rhs, lower=True: ops.solve_triangular(
        matrix, rhs, lower
    ),
    "linalg.qr": lambda input, full_matrices=False: ops.qr(
        input, "complete" if full_matrices else "reduced"
    ),
    "linalg.svd": lambda tensor, full_matrices=False, compute_uv=True: _svd(
        tensor, full_matrices, compute_uv
    ),
    "linalg.eigh": lambda tensor: ops.eigh(tensor),
    "linalg.eigvalsh": lambda tensor: ops.eigh(tensor)[0],
    "linalg.logdet": lambda matrix: ops.logdet(matrix),
    "linalg.trace": lambda x: ops.trace(x, axis1=-2, axis2=-1),
    "linalg.cross": lambda a, b: ops.cross(a, b),
    "linalg.diag": _diagonal,
    "linalg.diag_part": lambda input: ops.diagonal(input, axis1=-2, axis2=-1),
    "linalg.band_part": _band,
    "linalg.norm norm": _norm,
    "linalg.normalize": lambda tensor, ord="euclidean", axis=None: (
        ops.divide(tensor, _norm(tensor, ord, axis, True)),
        _norm(tensor, ord, axis, True),
    ),
    "clip_by_norm": _clipped,
    "linalg.global_norm": _global_norm,
    "clip_by_global_norm": _globally_clipped,
}


def _svd(tensor: Any, full_matrices: bool, compute_uv: bool) -> Any:
    """TensorFlow gives the values first, and the right vectors upright."""
    if not compute_uv:
        return ops.svd(tensor, full_matrices, False)
    u, s, v = ops.svd(tensor, full_matrices, True)
    return s, u, _turned(v)
