"""Predictions for data that lies in blocks on a Dask cluster: a block at a time, where it lies."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.errors import DataError, MissingDistributionError


def predict(model: Any, x: Any, batch_size: int | None = None) -> Any:
    """Return what a model predicts for a Dask array, as a Dask array.

    Nothing is computed before the result is asked for. The model travels to each worker once, and
    predicts for each block of rows by itself.

    Parameters
    ----------
    model : Model
        With one input and one output.
    x : dask.array.Array
        Its first axis is that of samples.
    batch_size : int, optional
        As in `Model.predict`.

    Returns
    -------
    dask.array.Array
        With the same blocks of rows.

    Raises
    ------
    DataError
        For anything but a Dask array, or a model of several outputs.
    MissingDistributionError
        Without Dask.

    Examples
    --------
    >>> import cornu, dask.array as da
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
    >>> y = predict(model, da.ones((10, 3), chunks=4))
    >>> y.shape, y.chunks[0], y.compute().dtype
    ((10, 2), (4, 4, 2), dtype('float32'))
    """
    try:
        import dask
        import dask.array as da
    except ImportError as error:
        raise MissingDistributionError(
            "predict() of blocks needs Dask: pip install 'cornu-distributed[dask]'"
        ) from error
    if not isinstance(x, da.Array):
        raise DataError(
            f"x is of type {type(x).__name__}: pass a dask.array.Array, or call model.predict(x)."
        )
    x = x.rechunk(dict.fromkeys(range(1, x.ndim), -1))  # a sample lies in one block
    one = model.predict(np.zeros((1, *x.shape[1:]), x.dtype), verbose=0)
    if not isinstance(one, np.ndarray):
        raise DataError(
            f"{model.name!r} has several outputs: make a model of one of them, "
            "cornu.Model(model.inputs, model.outputs[0])."
        )
    row = one.shape[1:]
    run = dask.delayed(_predict, pure=True)
    shipped = dask.delayed(model, pure=False)
    parts = [
        da.from_delayed(run(shipped, block, row, one.dtype, batch_size), (rows, *row), one.dtype)
        for rows, block in zip(x.chunks[0], x.to_delayed().ravel(), strict=True)
    ]
    return da.concatenate(parts)


def _predict(
    model: Any, block: Any, row: tuple[int, ...], dtype: Any, batch_size: int | None
) -> Any:
    if len(block) == 0:
        return np.empty((0, *row), dtype)
    return model.predict(block, batch_size=batch_size, verbose=0)
