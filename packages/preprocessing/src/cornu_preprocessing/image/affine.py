"""Rotation, shift, shear and zoom of one picture: one matrix, and one resampling."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.errors import DataError
from cornu_preprocessing.image.layout import checked
from cornu_preprocessing.image.resampling import resampled

__all__ = ["GEOMETRIES", "apply_affine_transform"]

# Whose geometry: how far the fixed point lies from half the size, and whether the axes change
# places. Keras 2 rotates about a point one pixel below and right of the middle. Keras 3.15 swaps
# rows and columns: its width shifts move pictures up and down, and pictures that are not square
# turn about a point beside their middle.
GEOMETRIES = {"keras2": (0.5, False), "keras3": (-0.5, True)}


def apply_affine_transform(
    x: Any,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
    geometry: str = "keras2",
) -> np.ndarray:
    r"""Rotate, shift, shear and zoom a picture in one resampling.

    The pixel at $p$ is taken from $M p$, where
    $M = C\,R_\theta\,T_{t_x,t_y}\,S_{shear}\,Z_{z_x,z_y}\,C^{-1}$ and $C$ moves the origin to the
    middle of the picture.

    Parameters
    ----------
    x : array_like
        One picture of rank 3.
    theta, shear : float
        In degrees.
    tx, ty : float
        In pixels, along rows (down) and along columns (across).
    zx, zy : float
        Factors along the same; above 1 the picture gets smaller.
    row_axis, col_axis, channel_axis : int
        Of `x`. The default is channels first, as in Keras 3; for channels last pass 0, 1, 2.
    fill_mode : str
        What lies beyond the edge: "nearest", "constant", "reflect" or "wrap", or another mode of
        `scipy.ndimage`.
    cval : float
        The constant.
    order : int
        Of the spline, 0 to 5; 1 interpolates linearly.
    geometry : "keras2" or "keras3"
        Whose numbers to reproduce. Keras 2.3's are the default; in Keras 3.15's legacy module `tx`
        moves along columns and `ty` along rows.

    Returns
    -------
    ndarray
        Of the shape and dtype of `x`.

    Example
    -------
    >>> x = np.arange(3.0).reshape(1, 3, 1)
    >>> apply_affine_transform(x, ty=1, row_axis=0, col_axis=1, channel_axis=2)[0, :, 0]
    array([1., 2., 2.])
    """
    x = np.asarray(x)
    axes = (row_axis, col_axis, channel_axis)
    if x.ndim != 3:
        raise DataError(f"One picture has 3 axes; this array has shape {x.shape}.")
    if sorted(axes) != [0, 1, 2]:
        raise DataError(
            f"row_axis, col_axis, channel_axis must be 0, 1, 2 in some order; they are {axes}."
        )
    matrix = affine_matrix(theta, tx, ty, shear, zx, zy)
    if matrix is None:
        return x
    offset, swapped = GEOMETRIES[checked("geometry", geometry, GEOMETRIES)]
    centre = np.array([x.shape[row_axis] / 2 + offset, x.shape[col_axis] / 2 + offset])
    matrix[:2, 2] += centre - matrix[:2, :2] @ centre
    if swapped == (row_axis < col_axis):  # the planes below have their axes in the order of x
        matrix = matrix[np.ix_([1, 0, 2], [1, 0, 2])]
    return resampled(x, matrix, channel_axis, fill_mode, cval, order)


def affine_matrix(
    theta: float, tx: float, ty: float, shear: float, zx: float, zy: float
) -> np.ndarray | None:
    """Return the product of the four transformations, or None where all of them do nothing."""
    factors = []
    if theta != 0:
        angle = np.deg2rad(theta)
        c, s = np.cos(angle), np.sin(angle)
        factors.append([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    if tx != 0 or ty != 0:
        factors.append([[1, 0, tx], [0, 1, ty], [0, 0, 1]])
    if shear != 0:
        angle = np.deg2rad(shear)
        factors.append([[1, -np.sin(angle), 0], [0, np.cos(angle), 0], [0, 0, 1]])
    if zx != 1 or zy != 1:
        factors.append([[zx, 0, 0], [0, zy, 0], [0, 0, 1]])
    if not factors:
        return None
    product = np.eye(3)
    for factor in factors:
        product = product @ np.asarray(factor, float)
    return product
