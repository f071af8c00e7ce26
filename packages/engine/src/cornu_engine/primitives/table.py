"""The table of primitives and the form of its rows."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu_engine.attributes import Signature, check_call, signature_of
from cornu_engine.graph import Node
from cornu_engine.shapes import Shape

_NONE = np.dtype(bool)  # that of what has none


@dataclass(frozen=True, eq=False)
class Primitive:
    """One row of the table.

    Attributes
    ----------
    name : str
    kind : {"leaf", "elementwise", "view", "reduction", "other"}
        What passes may assume. Elementwise operands broadcast as in NumPy; the result of a view
        shares its operand's memory where strides can say it.
    evaluate : callable
        `evaluate(*arrays, **attrs)`: the definition, in NumPy.
    infer : callable
        `infer(*nodes, **attrs)` returns (shape, dtype).
        Its annotations say what each attribute may be (`cornu_engine.attributes`).
    vjp : callable or None
        `vjp(g, out, *inputs, **attrs)` returns one gradient or None for each input. Gradients may
        have the broadcast shape; the caller sums them back. None: the result is not differentiable.
    dtypes : str
        The kinds of dtypes for which `evaluate` keeps what `infer` promises.
    narrow : bool
        Whether the result tells of an operand only what a derivative asks (a mask), in fewer bytes.
    flops : callable or None
        `flops(node)` counts floating-point operations. None: what `cost.flops` knows of the kind.
    is_portable : bool
        Whether every backend computes it, and a file may hold it.
    """

    name: str
    kind: str
    evaluate: Callable[..., Any]
    infer: Callable[..., tuple[Any, Any]]
    vjp: Callable[..., tuple[Any, ...]] | None = None
    dtypes: str = "biuf"
    narrow: bool = False
    flops: Callable[[Node], int] | None = None
    is_portable: bool = True

    def run(self, *arrays: Any, **attrs: Any) -> Any:
        """Compute by the definition; in float32 and rounded where operands are bfloat16."""
        half = next((a.dtype for a in arrays if getattr(a, "dtype", _NONE).kind == "V"), None)
        if half is None:
            return self.evaluate(*arrays, **attrs)
        full = (a.astype(np.float32) if getattr(a, "dtype", _NONE) == half else a for a in arrays)
        result = self.evaluate(*full, **attrs)
        kept = self.name != "cast" and getattr(result, "dtype", _NONE) == np.float32
        return result.astype(half) if kept else result

    @functools.cached_property
    def signature(self) -> Signature:
        """What it takes."""
        return signature_of(self.infer)

    def check(self, operands: Sequence[Any], attrs: Mapping[str, Any]) -> None:
        """Check operands and attributes before `infer` computes with them.

        Raises
        ------
        ValueError
            Saying which of them cannot be.

        Examples
        --------
        >>> from cornu_engine.primitives import PRIMITIVES
        >>> PRIMITIVES["sort"].check([np.zeros((2, 3))], {"axis": 2})
        Traceback (most recent call last):
        ValueError: axis=2 is not an axis of the operand
        """
        check_call(self.signature, operands, attrs, self.dtypes)


PRIMITIVES: dict[str, Primitive] = {}


def register(
    name: str,
    kind: str,
    evaluate: Callable[..., Any],
    infer: Callable[..., tuple[Any, Any]],
    vjp: Callable[..., tuple[Any, ...]] | None = None,
    **more: Any,
) -> None:
    """Add one row; a name stands once."""
    if name in PRIMITIVES:
        raise ValueError(f"The primitive {name!r} is already defined.")
    PRIMITIVES[name] = Primitive(name, kind, evaluate, infer, vjp, **more)


_apply: Callable[..., Any] | None = None


def calls_run(apply: Callable[..., Any]) -> None:
    """Say what calls of primitives pass through: the dispatch, which needs the rows itself."""
    global _apply
    _apply = apply


class _Calls:
    """`p.exp(x)` is `apply("exp", x)`: how derivatives and composites name primitives."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in PRIMITIVES:
            known = ", ".join(sorted(PRIMITIVES))
            raise AttributeError(f"There is no primitive {name!r}. There are {known}.")
        assert _apply is not None, "a graph is traced by cornu_engine.trace"
        call = functools.partial(_apply, name)
        setattr(self, name, call)
        return call


p: Any = _Calls()


def same(x: Node) -> tuple[Shape, np.dtype]:
    """Shape rule: that of the operand."""
    return x.shape, x.dtype
