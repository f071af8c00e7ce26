"""The primitive `all_reduce`: the sum of a value over all ranks.

A program that holds it is cut there (`cornu_distributed.stages`), so no backend has to know it, and
no file may hold it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_distributed.sums import sum_once
from cornu_distributed.world import the_world
from cornu_engine.primitives.table import p, register, same
from cornu_engine.trace import as_node

NAME = "all_reduce"


def all_reduce(value: Any) -> Any:
    """Return the sum of a traced value over all ranks."""
    return p.all_reduce(as_node(value))


def _sum(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x)
    return sum_once(the_world(), np.ascontiguousarray(x).reshape(-1)).reshape(x.shape)


def _slope(g: Any, out: Any, x: Any) -> tuple[Any]:
    # What is differentiated is the sum of what the ranks compute, and each of them reads `out`:
    # dx_r = sum_q g_q
    return (all_reduce(g),)


register(NAME, "other", _sum, same, _slope, is_portable=False)
