"""Values of all processes: their sums, all of them, or that of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_distributed.primitive import all_reduce
from cornu_distributed.world import the_world
from cornu_engine.primitives.table import p
from cornu_engine.trace import convert, is_traced
from cornu_engine.variable import Variable

Average, Sum, Adasum, Min, Max = "Average", "Sum", "Adasum", "Min", "Max"

_BY_ALL: dict[str, Callable[..., Any]] = {Min: np.min, Max: np.max}


class Compression:
    """How a value is sent: as it is, or in half precision.

    Attributes
    ----------
    none, fp16 : str
        What `compression=` takes.
    """

    none = "none"
    fp16 = "fp16"


def allreduce(
    tensor: Any,
    average: bool | None = None,
    name: str | None = None,
    op: str | None = None,
    compression: str = Compression.none,
) -> Any:
    """Return the mean, or another reduction, of a value over all processes.

    Parameters
    ----------
    tensor : array_like, or a value of a step
    average : bool, optional
        Horovod's older way to say `op`: the mean or the sum.
    name : str, optional
        Names nothing here: values meet in the order of the calls.
    op : {Average, Sum, Min, Max}, optional
    compression : {Compression.none, Compression.fp16}

    Raises
    ------
    ValueError
        For `Adasum`, or for `average` and `op` together.
    """
    if average is not None and op is not None:
        raise ValueError("Pass op= alone: average= is its older form.")
    op = op or (Sum if average is False else Average)
    value = convert(tensor)
    if op in _BY_ALL and not is_traced(value):
        return _BY_ALL[op](the_world().gather(np.asarray(value)), axis=0)
    return reduced(value, check_op(op), check_compression(compression))


def reduced(value: Any, op: str, compression: str) -> Any:
    """Return the sum or mean of an array or traced value over all processes."""
    dtype = value.dtype
    if op == Average:
        value = ops.divide(value, np.asarray(the_world().size, dtype))
    sent = ops.cast(value, "float16") if compression == Compression.fp16 else value
    total = all_reduce(sent) if is_traced(sent) else p.all_reduce(np.asarray(sent))
    return ops.cast(total, dtype)


def check_op(op: str) -> str:
    """Return `op` if gradients can be reduced by it, else raise ValueError."""
    if op not in (Average, Sum):
        raise ValueError(f"op={op!r} cannot be computed in a step: pass Average or Sum.")
    return op


def check_compression(compression: str) -> str:
    """Return `compression` if it is one of `Compression`, else raise ValueError."""
    if compression not in (Compression.none, Compression.fp16):
        raise ValueError(f"compression={compression!r}: pass Compression.none or Compression.fp16.")
    return compression


def allgather(tensor: Any, name: str | None = None) -> np.ndarray:
    """Return the rows of all processes, which may have different numbers of them."""
    return np.concatenate(
        [np.atleast_1d(x) for x in the_world().gather_objects(np.asarray(tensor))]
    )


def broadcast(tensor: Any, root_rank: int = 0, name: str | None = None) -> np.ndarray:
    """Return the value of one process; those of the others have its shape and dtype."""
    world = the_world()
    check_root(root_rank)
    array = np.asarray(tensor)
    world.must_agree(
        "The array of broadcast()",
        (array.shape, str(array.dtype)),
        "Pass arrays of one shape and dtype.",
    )
    return world.broadcast(array, root_rank)


def broadcast_object(obj: Any, root_rank: int = 0, name: str | None = None) -> Any:
    """Return an object of one process."""
    check_root(root_rank)
    return the_world().gather_objects(obj)[root_rank]


def broadcast_variables(variables: Iterable[Variable], root_rank: int = 0) -> None:
    """Give all processes the values that these variables have on one."""
    check_root(root_rank)
    variables = list(variables)
    world = the_world()
    world.must_agree(
        "The list of variables to broadcast",
        [(v.path, v.shape, str(v.dtype)) for v in variables],
        "Build the same model on all processes.",
    )
    for variable in variables:
        variable.assign(world.broadcast(variable.array, root_rank))


def broadcast_global_variables(root_rank: int, model: Any = None) -> None:
    """Give all processes the weights and the optimizer's state of one.

    Parameters
    ----------
    root_rank : int
    model : Model
        There are no global variables here: those of this model.

    Raises
    ------
    ValueError
        Without a model.
    """
    if model is None:
        raise ValueError(
            "Variables belong to models here: broadcast_global_variables(0, model), or "
            "callbacks=[hvd.callbacks.BroadcastGlobalVariablesCallback(0)]."
        )
    optimizer = model.optimizer
    state = [] if optimizer is None else list(optimizer.variables)
    broadcast_variables([*model.variables, *state], root_rank)


def check_root(root_rank: int) -> None:
    """Raise ValueError for a rank that there is not."""
    size = the_world().size
    if not 0 <= root_rank < size:
        raise ValueError(f"root_rank={root_rank}, but the ranks are 0 to {size - 1}.")
