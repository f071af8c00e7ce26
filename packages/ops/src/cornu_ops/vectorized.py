"""Functions of single elements or vectors, made functions of whole tensors."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from cornu_engine import tree
from cornu_engine.errors import ShapeError
from cornu_engine.primitives.table import p
from cornu_engine.shapes import broadcast_shapes, product
from cornu_engine.trace import op
from cornu_ops.control import vectorized_map
from cornu_ops.values import Tensor, value

_CORE = r"\(\s*(?:\w+\s*(?:,\s*\w+\s*)*)?\)"
_SIGNATURE = re.compile(rf"\s*{_CORE}\s*(?:,\s*{_CORE}\s*)*->\s*{_CORE}\s*(?:,\s*{_CORE}\s*)*")


def vectorize(
    pyfunc: Callable[..., Any],
    *,
    excluded: Collection[int] | None = None,
    signature: str | None = None,
) -> Callable[..., Any]:
    """A function of tensors that calls `pyfunc` for each of their elements.

    Parameters
    ----------
    pyfunc
        Function of scalars, or of what `signature` says; its results are of one shape.
    excluded
        Positions of arguments that are passed as they are; so are arguments given by name.
    signature
        The axes that belong to one call, as in `"(m,n),(n)->(m)"`: they stand last. All other
        axes broadcast.

    Returns
    -------
    callable
        Inside a trace, work that does not depend on the element is done once.

    Raises
    ------
    ValueError
        For a signature that cannot be read.
    ShapeError
        When called with tensors that do not fit.

    Examples
    --------
    >>> ops.vectorize(lambda a, b: a + b)([1, 2, 3, 4], 2)
    array([3, 4, 5, 6], dtype=int32)
    >>> ops.vectorize(ops.dot, signature="(n),(n)->()")(np.ones((2, 3)), np.ones(3))
    array([3., 3.])
    """
    if not callable(pyfunc):
        raise TypeError(f"vectorize() takes a function, got {pyfunc!r}.")
    apart = set(excluded or ())
    cores = None if signature is None else _cores(signature)

    @op
    def vectorized(*args: Any, **kwargs: Any) -> Any:
        values = {i: value(x) for i, x in enumerate(args) if i not in apart}
        axes = [()] * len(values) if cores is None else cores
        if not values or len(values) != len(axes):
            raise ShapeError(f"{signature or 'vectorize()'} does not fit {len(values)} tensors.")
        lead, rows = _rows(list(values.values()), axes, signature)

        def once(row: Sequence[Any]) -> Any:
            sizes = dict(zip(values, row, strict=True))
            return pyfunc(*(sizes.get(i, x) for i, x in enumerate(args)), **kwargs)

        results = vectorized_map(once, rows)
        return tree.map_structure(lambda y: p.reshape(y, shape=(*lead, *y.shape[1:])), results)

    return vectorized


def _cores(signature: str) -> list[tuple[str, ...]]:
    """The axes of each argument of one call."""
    if not _SIGNATURE.fullmatch(signature):
        raise ValueError(f"{signature!r} is no signature such as '(m,n),(n)->(m)'.")
    before = signature.partition("->")[0]
    return [tuple(re.findall(r"\w+", core)) for core in re.findall(_CORE, before)]


def _rows(
    values: list[Tensor], cores: Sequence[tuple[str, ...]], signature: str | None
) -> tuple[tuple[int, ...], list[Tensor]]:
    """The shape of all other axes, and each tensor with these joined into one."""
    sizes: dict[str, int] = {}
    leads = []
    for x, core in zip(values, cores, strict=True):
        split = x.ndim - len(core)
        named = zip(core, x.shape[split:], strict=True) if split >= 0 else ()
        if split < 0 or any(sizes.setdefault(name, n) != n for name, n in named):
            shapes = ", ".join(str(tuple(v.shape)) for v in values)
            raise ShapeError(f"Tensors of shapes {shapes} do not fit the signature {signature!r}.")
        leads.append(tuple(x.shape[:split]))
    lead = broadcast_shapes(*leads)
    rows = []
    for x, core in zip(values, cores, strict=True):
        own = tuple(x.shape[x.ndim - len(core) :])
        rows.append(p.reshape(p.expand(x, shape=(*lead, *own)), shape=(product(lead), *own)))
    return lead, rows
