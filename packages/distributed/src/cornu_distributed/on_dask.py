"""Predictions for data that lies in blocks on a Dask cluster: a block at a time, where it lies."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.errors import DataError


def predict_blocks(model: Any, x: Any, batch_size: int | None = None) -> Any:
    """Return what a model predicts for a Dask array, as a Dask array."""
    import dask
    import dask.array as da

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
