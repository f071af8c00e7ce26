"""Composites: named functions of primitives that stay whole in the graph.

A composite may carry its own derivative, and a backend may run it natively; where neither is so, it
is expanded into what it was written in.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, overload

from cornu_engine.attributes import Signature, check_call, signature_of
from cornu_engine.graph import Node, make_node
from cornu_engine.trace import as_node, find_symbolic, is_traced

COMPOSITES: dict[str, Composite] = {}
Count: TypeAlias = Callable[[Node], int]


class Composite:
    """A function of values (positional) and static attributes (keyword-only), kept whole in the
    graph.

    Attributes
    ----------
    name : str
    function : callable
        The definition, in ops.
    derivative : callable or None
        `derivative(g, out, *values, **attrs)` returns a gradient or None per value. With several
        outputs `g` and `out` are tuples.
    better : callable or None
        `better(*nodes, **attrs)` returns what the composite equals and is cheaper, or None.
    flops : callable or None
        `flops(node)` counts floating-point operations.
    calls : callable or None
        `calls(node)` counts how often a backend goes through the operands.
    narrow : bool
        Whether it tells of an operand only what a derivative asks, in fewer bytes.
    portable : bool
        Whether an exported file may hold it.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        flops: Count | None = None,
        calls: Count | None = None,
        narrow: bool = False,
        portable: bool = False,
    ) -> None:
        functools.update_wrapper(self, function)
        self.flops, self.calls = flops, calls
        self.narrow, self.portable = narrow, portable
        self.name = function.__name__
        self.function = function
        self.derivative: Callable[..., tuple[Any, ...]] | None = None
        self.better: Callable[..., Any] | None = None
        parameters = inspect.signature(function).parameters.values()
        self._defaults = {q.name: q.default for q in parameters if q.kind is q.KEYWORD_ONLY}
        if self.name in COMPOSITES:
            other = COMPOSITES[self.name].function
            raise ValueError(
                f"The composite {self.name!r} of {function.__module__} is already defined in "
                f"{other.__module__}."
            )
        COMPOSITES[self.name] = self

    @functools.cached_property
    def signature(self) -> Signature:
        """What it takes, as the annotations of its definition say."""
        return signature_of(self.function)

    @property
    def is_portable(self) -> bool:
        """Whether a file may hold it: it says so, and what each of its attributes may be."""
        return self.portable and self.signature.is_complete

    def check(self, operands: Sequence[Any], attrs: Mapping[str, Any]) -> None:
        """Check operands and attributes as `Primitive.check` does."""
        check_call(self.signature, operands, attrs)

    def vjp(self, derivative: Callable[..., tuple[Any, ...]]) -> Callable[..., tuple[Any, ...]]:
        """Give the composite its own derivative (decorator)."""
        self.derivative = derivative
        return derivative

    def rule(self, better: Callable[..., Any]) -> Callable[..., Any]:
        """Tell what the composite equals for some operands (decorator)."""
        self.better = better
        return better

    def __call__(self, *values: Any, **attrs: Any) -> Any:
        """Compute on arrays; make one node on traced values."""
        symbolic = find_symbolic(values)
        if symbolic is not None:
            return symbolic.symbolic_apply(self, values, attrs)
        if not is_traced(*values):
            return self.function(*values, **attrs)
        like = next((v.dtype for v in values if hasattr(v, "dtype")), None)
        nodes = [as_node(v, like) for v in values]
        attrs = {name: _static(v) for name, v in {**self._defaults, **attrs}.items()}
        if self.better is not None and (better := self.better(*nodes, **attrs)) is not None:
            return better
        expansion = self.expand(nodes, attrs)
        if isinstance(expansion, tuple):
            shape = tuple(x.shape for x in expansion)
            node = make_node(self.name, nodes, attrs, shape, tuple(x.dtype for x in expansion))
            return tuple(item(node, i) for i in range(len(expansion)))
        return make_node(self.name, nodes, attrs, expansion.shape, expansion.dtype)

    def expand(self, nodes: list[Node] | tuple[Node, ...], attrs: dict[str, Any]) -> Any:
        """Return the composite's value(s) in terms of what it is written in."""
        result = self.function(*nodes, **attrs)
        return tuple(map(as_node, result)) if isinstance(result, tuple) else as_node(result)

    def __repr__(self) -> str:
        return f"<composite {self.name}>"


@overload
def composite(function: Callable[..., Any], /) -> Composite: ...
@overload
def composite(
    *,
    flops: Count | None = ...,
    calls: Count | None = ...,
    narrow: bool = ...,
    portable: bool = ...,
) -> Callable[[Callable[..., Any]], Composite]: ...
def composite(function: Callable[..., Any] | None = None, /, **said: Any) -> Any:
    """Make a composite of a function written in ops.

    Parameters
    ----------
    function : callable
        Takes values by position and static attributes by keyword.
    flops : callable, optional
        `flops(node)` counts floating-point operations, for listings and budgets; by default one
        for each element of each operand.
    calls : callable, optional
        `calls(node)` counts how often a backend goes through the operands, where each time costs;
        by default the elements of the attribute `size`, a window, and 1 where there is none.
    narrow : bool, optional
        Whether the result holds all that a derivative asks of a large operand, in fewer bytes. It
        is then made early, so that the operand need not be kept.
    portable : bool, optional
        Whether an exported file may hold it. Its annotations say what each attribute may be
        (`cornu_engine.attributes`), and what reads the file must have it. Others are written as
        what they consist of.

    Examples
    --------
    >>> from cornu import ops
    >>> @composite
    ... def cube(x):
    ...     return x * x * x
    >>> @cube.vjp
    ... def _(g, out, x):
    ...     return (3.0 * g * x * x,)
    >>> float(cube(2.0))
    8.0
    >>> @composite(flops=lambda node: 3 * node.size)
    ... def fourth_power(x):
    ...     return x * x * x * x
    """
    if function is None:
        return functools.partial(Composite, **said)
    return Composite(function)


def item(node: Node, index: int) -> Node:
    """Return one output of a node that has several."""
    return make_node("item", (node,), {"index": index}, node.shape[index], node.dtype[index])


def _static(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_static(v) for v in value)
    return tuple(_static(v) for v in value) if isinstance(value, tuple) else value
