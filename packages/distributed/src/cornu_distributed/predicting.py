"""Predictions for much data: by the processes of a job, or over a Dask cluster."""

from __future__ import annotations

import functools
import zlib
from typing import Any

import numpy as np

from cornu_distributed.on_dask import predict_blocks
from cornu_distributed.parallel import share_of
from cornu_distributed.world import the_world
from cornu_engine import tree
from cornu_engine.backends import limit_threads
from cornu_engine.errors import DataError


def predict(model: Any, x: Any, batch_size: int | None = None) -> Any:
    """Return what a model predicts, each process or block by itself.

    Of a Dask array nothing is computed before the result is asked for; the model travels to each
    worker once, and predicts for each block of rows where it lies. Rows of other arrays are shared
    out among the processes that `mpiexec` has started: all of them call this with the same model
    and data, and all get the whole result, in the order of rows.

    Parameters
    ----------
    model : Model
        For a Dask array, with one input and one output.
    x : dask.array.Array, or array or structure of arrays
        The first axis is that of samples.
    batch_size : int, optional
        As in `Model.predict`.

    Returns
    -------
    dask.array.Array, or array or structure of arrays
        A Dask array has the blocks of rows of `x`.

    Raises
    ------
    DataError
        For what are no arrays, fewer samples than processes, or a Dask array and a model of several
        outputs.
    RanksDifferError
        If processes pass other numbers of samples, or models with other weights.
    MissingDistributionError
        Without MPI, unless it is a Dask array.

    Examples
    --------
    >>> import cornu, dask.array as da
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
    >>> y = predict(model, da.ones((10, 3), chunks=4))
    >>> y.shape, y.chunks[0], y.compute().dtype
    ((10, 2), (4, 4, 2), dtype('float32'))
    """
    if type(x).__module__.startswith("dask.array"):
        return predict_blocks(model, x, batch_size)
    world = the_world()
    rows = _rows(x)
    world.must_agree("The number of samples", rows, "Pass the same data on all processes.")
    world.must_agree(
        f"The checksum of the weights of {model.name!r}",
        functools.reduce(lambda crc, v: zlib.crc32(v.array.tobytes(), crc), model.variables, 0),
        "Load the same model on all processes.",
    )
    if rows < world.size:
        raise DataError(
            f"{rows} samples for {world.size} processes: each needs one at least. Call "
            "model.predict(x) on one of them."
        )
    start, stop = share_of(rows, world.rank, world.size)
    own = tree.map_structure(lambda array: array[start:stop], x)
    with limit_threads(world.threads()):
        predicted = model.predict(own, batch_size=batch_size, verbose=0)
    return tree.map_structure(lambda y: np.concatenate(world.gather_objects(y)), predicted)


def _rows(x: Any) -> int:
    arrays = tree.flatten(x)
    if not arrays or not all(getattr(array, "shape", ()) for array in arrays):
        raise DataError(
            f"x is of type {type(x).__name__}: pass an array, a structure of arrays or a "
            "dask.array.Array, or call model.predict(x) on one process."
        )
    return int(arrays[0].shape[0])
