"""Special functions, a block at a time into `out`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cornu.engine.primitives import special

_BLOCK = 8192  # elements: the float64 temporaries of the definition stay in the cache


def _blockwise(
    function: Callable[[np.ndarray], np.ndarray],
) -> Callable[[np.ndarray, np.ndarray], None]:
    def run(x: np.ndarray, out: np.ndarray) -> None:
        flat = out.reshape(-1)
        source = x if x.shape == out.shape else np.broadcast_to(x, out.shape)
        source = source.reshape(-1)
        for i in range(0, flat.size, _BLOCK):
            flat[i : i + _BLOCK] = function(source[i : i + _BLOCK])

    return run


erf = _blockwise(special.erf)
erfinv = _blockwise(special.erfinv)
