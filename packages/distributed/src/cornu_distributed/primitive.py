"""The primitive `all_reduce`: the sum of a value over all ranks.

A program that holds it is cut there (`cornu_distributed.stages`), so no backend has to know it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_distributed.world import the_world
from cornu_engine.primitives.table import p, register, same
from cornu_engine.trace import as_node
from cornu_ops.ranks import whole

NAME = "all_reduce"


def all_reduce(value: Any) -> Any:
    """Return the sum of a traced value over all ranks."""
    return p.all_reduce(as_node(value))


def _sum(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x)
    return the_world().sum(np.ascontiguousarray(x).reshape(-1)).reshape(x.shape)


def _slope(g: Any, out: Any, x: Any) -> tuple[Any]:
    # The loss of a rank counts by its share of the rows, and what it depends on comes of all ranks:
    # share_r dx_r = sum_q share_q g_q
    of_all = whole()
    scale = ops.cast(of_all.scale, g.dtype)
    return (ops.multiply(scale, of_all.mean(g)),)


register(NAME, "other", _sum, same, _slope)
