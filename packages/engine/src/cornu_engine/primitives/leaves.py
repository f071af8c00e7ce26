"""Values without operands, and the projections of nodes with several outputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.attributes import Count, Dtype, Integers, Sizes
from cornu_engine.graph import Node
from cornu_engine.primitives.table import register, same


def _needs_a_value(**attrs: Any) -> Any:
    raise RuntimeError("An input, a variable or a parameter has no value of its own.")


def _declared(*, shape: Sizes, dtype: Dtype, **attrs: Any) -> tuple[Any, Any]:
    return tuple(shape), np.dtype(dtype)


def _counted(*, size: Count, dtype: Dtype) -> tuple[Any, Any]:
    return (size,), np.dtype(dtype)


for _name in ("input", "variable", "parameter"):
    register(_name, "leaf", _needs_a_value, _declared)

register("constant", "leaf", lambda *, value: value, lambda *, value: (value.shape, value.dtype))
register(
    "iota",
    "leaf",
    lambda *, size, dtype: np.arange(size, dtype=dtype),
    _counted,
)


def _one(x: Node, *, index: Count) -> tuple[Any, Any]:
    return x.shape[index], x.dtype[index]


# its derivative is part of `gradients`: the cotangents of all items go to the tuple together
register(
    "item",
    "view",
    lambda values, *, index: values[index],
    _one,
)
# the planner's: forces memory of its own
register("copy", "other", np.array, same, lambda g, out, x: (g,))
register("stop_gradient", "view", lambda x: x, same, lambda g, out, x: (None,))
# the same value, where what is computed of it is to be computed once more
register("again", "view", lambda x: x, same, lambda g, out, x: (g,))


def _words(key: Integers, counter: Integers, *, shape: Sizes) -> tuple[Any, Any]:
    return tuple(shape), np.dtype(np.uint32)


def _random_bits(key: np.ndarray, counter: np.ndarray, *, shape: tuple[int, ...]) -> np.ndarray:
    size = int(np.prod(shape, dtype=np.int64))
    generator = np.random.Philox(
        key=np.asarray(key, np.uint64), counter=np.array([0, int(counter), 0, 0], np.uint64)
    )
    words = generator.random_raw((size + 1) // 2)
    return np.asarray(words, "<u8").view("<u4")[:size].astype(np.uint32).reshape(shape)


register(
    "random_bits",
    "other",
    _random_bits,
    _words,
)
