"""Rewrites: passes over the graph, each a table of rules.

A rule takes a node whose operands are already rewritten and returns what it equals, or None. Each
rule ends in the algebra it performs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from cornu_engine.composite import COMPOSITES
from cornu_engine.graph import Node, constant, make_node, scope, toposort
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.primitives.table import p
from cornu_engine.settings import limits
from cornu_engine.shapes import broadcast_shapes, product

Rank = dict[Node, tuple[int, ...]]
Rule = Callable[[Node], Node | None]
_MANY = 512  # terms of a sum that are looked through: each partial sum has all of its own


def rewrite(roots: Iterable[Node], rule: Rule, rank: Rank) -> list[Node]:
    """Rebuild the graph bottom-up, replacing each node for which `rule` has something better."""
    roots = list(roots)
    new: dict[Node, Node] = {}
    for node in toposort(roots):
        place = rank.setdefault(node, (node.serial,))
        with scope(node.scope):
            inputs = tuple(new[i] for i in node.inputs)
            same = all(a is b for a, b in zip(inputs, node.inputs, strict=True))
            result = (
                node if same else make_node(node.op, inputs, node.attrs, node.shape, node.dtype)
            )
            while (better := rule(result)) is not None:
                result = better
        _inherit(result, place, rank)
        new[node] = result
    return [new[r] for r in roots]


def _inherit(node: Node, place: tuple[int, ...], rank: Rank) -> None:
    """Nodes made in the place of another run where that one would have run."""
    stack = [node]
    while stack:
        node = stack.pop()
        if node not in rank:
            rank[node] = (*place[:1], node.serial)
            stack.extend(node.inputs)


def substitute(roots: Iterable[Node], values: Mapping[Node, Node]) -> list[Node]:
    """Return `roots` with some nodes replaced by others of the same shape and dtype."""
    roots = list(roots)
    new: dict[Node, Node] = dict(values)
    for node in toposort(roots):
        if node not in new:
            inputs = tuple(new[i] for i in node.inputs)
            same = all(a is b for a, b in zip(inputs, node.inputs, strict=True))
            with scope(node.scope):
                new[node] = (
                    node if same else make_node(node.op, inputs, node.attrs, node.shape, node.dtype)
                )
    return [new[r] for r in roots]


def expand_composites(roots: Iterable[Node], keep: Collection[str], rank: Rank) -> list[Node]:
    """Replace every composite not in `keep` by what it is written in."""

    def rule(node: Node) -> Node | None:
        source = node.inputs[0] if node.op == "item" else node
        if source.op not in COMPOSITES or source.op in keep:
            return None
        expansion = COMPOSITES[source.op].expand(source.inputs, source.attrs)
        if node.op == "item":
            return expansion[node.attrs["index"]]
        # of a tuple only the items are used
        return None if isinstance(expansion, tuple) else expansion

    roots = list(roots)
    while any(n.op in COMPOSITES and n.op not in keep for n in toposort(roots)):
        roots = rewrite(roots, rule, rank)  # an expansion may hold composites in turn
    return rewrite(roots, algebra, rank)  # expansions may repeat what stands around them


# ---- algebra


def algebra(node: Node) -> Node | None:
    """The rules that hold for numbers of any size; the first that applies wins."""
    row = PRIMITIVES.get(node.op)
    general = (_fold, _unexpand) if row is not None and row.kind == "elementwise" else (_fold,)
    for rule in (*_RULES.get(node.op, ()), *general):
        replaced = rule(node)
        if replaced is not None:
            return replaced
    return None


def scalar_of(node: Node) -> Any:
    """Return the number that fills a value, or None where there is not just one."""
    while node.op in ("expand", "reshape"):
        node = node.inputs[0]
    if node.op == "constant" and node.size == 1:
        return node.attrs["value"].reshape(())[()]
    return None


def _fold(node: Node) -> Node | None:
    """f(constants) -> a constant;  f(fill(a), fill(b)) -> fill(f(a, b)) for elementwise f"""
    row = PRIMITIVES.get(node.op)
    if row is not None and row.kind == "elementwise" and node.size > 1:
        numbers = [scalar_of(i) for i in node.inputs]
        if all(number is not None for number in numbers):
            scalars = [constant(n, i.dtype) for n, i in zip(numbers, node.inputs, strict=True)]
            value = getattr(p, node.op)(*scalars, **node.attrs)
            return p.expand(value, shape=node.shape)
    constants = node.inputs and all(i.op == "constant" for i in node.inputs)
    if not constants or node.is_tuple or node.size > limits.foldable or node.op not in PRIMITIVES:
        return None
    widens = node.op == "cast" and node.inputs[0].dtype == np.int8 and node.size > 1
    if widens or node.op in ("expand", "random_bits"):  # int8 is there to be small
        return None
    with np.errstate(all="ignore"):
        values = (i.attrs["value"] for i in node.inputs)
        return constant(np.asarray(PRIMITIVES[node.op].run(*values, **node.attrs), node.dtype))


def _unexpand(node: Node) -> Node | None:
    """f(expand(a), b) -> f(a, b)   where b alone has the shape of the result"""
    inputs = list(node.inputs)
    for i, operand in enumerate(inputs):
        if operand.op != "expand":
            continue
        others = [x.shape for x in (*inputs[:i], operand.inputs[0], *inputs[i + 1 :])]
        if broadcast_shapes(*others) == node.shape:
            inputs[i] = operand.inputs[0]
            return make_node(node.op, inputs, node.attrs, node.shape, node.dtype)
    return None


def _neutral(side: int, number: float) -> Rule:
    def rule(node: Node) -> Node | None:
        kept = node.inputs[1 - side]
        if kept.shape == node.shape and scalar_of(node.inputs[side]) == number:
            return kept
        return None

    return rule


def _power(node: Node) -> Node | None:
    x, exponent = node.inputs
    number = scalar_of(exponent)
    if x.shape != node.shape or number is None:
        return None
    if number == 1:
        return x  # x**1 -> x
    if number == 2:
        return p.mul(x, x)  # x**2 -> x*x
    if number == 0.5 and x.dtype.kind == "f":
        return p.sqrt(x)  # x**0.5 -> sqrt(x)
    return None


def _add(node: Node) -> Node | None:
    a, b = node.inputs
    if b.op == "neg":
        return p.sub(a, b.inputs[0])  # a + -b -> a - b
    if a.op == "neg":
        return p.sub(b, a.inputs[0])  # -a + b -> b - a
    return None


def _add_pads(node: Node) -> Node | None:
    """pad(a) + pad(b) + … -> concat(a, b, …)   where the parts tile one axis"""
    terms: list[Node] = []
    stack = list(node.inputs)
    while stack:
        term = stack.pop()
        if len(terms) > _MANY:
            return None
        if term.op == "add":
            stack.extend(term.inputs)
        elif term.op == "pad" and term.attrs["value"] == 0 and not any(term.attrs["interior"]):
            terms.append(term)
        else:
            return None
    axes = {i for t in terms for i, n in enumerate(t.shape) if t.inputs[0].shape[i] != n}
    if len(axes) != 1:
        return None
    (axis,) = axes
    terms.sort(key=lambda t: t.attrs["low"][axis])
    ends = [0, *(t.shape[axis] - t.attrs["high"][axis] for t in terms)]
    if ends[-1] != node.shape[axis] or any(
        t.attrs["low"][axis] != end for t, end in zip(terms, ends, strict=False)
    ):
        return None
    return p.concat(*(t.inputs[0] for t in terms), axis=axis)


def _sub(node: Node) -> Node | None:
    a, b = node.inputs
    return p.add(a, b.inputs[0]) if b.op == "neg" else None  # a - -b -> a + b


def _neg(node: Node) -> Node | None:
    (x,) = node.inputs
    return x.inputs[0] if x.op == "neg" else None  # --x -> x


def _mul(node: Node) -> Node | None:
    a, b = node.inputs
    if a.op == "neg" and b.op == "neg":
        return p.mul(a.inputs[0], b.inputs[0])  # -a * -b -> a*b
    for x, y in ((a, b), (b, a)):
        number = scalar_of(y)
        if x.op == "neg" and number is not None:
            return p.mul(x.inputs[0], p.neg(y))  # -x * c -> x * -c
    return None


def _where(node: Node) -> Node | None:
    _, a, b = node.inputs
    return a if a is b and a.shape == node.shape else None  # where(c, a, a) -> a


def _reshape(node: Node) -> Node | None:
    (x,) = node.inputs
    if x.shape == node.shape:
        return x  # reshape(x, x.shape) -> x
    if x.op == "reshape":
        return p.reshape(x.inputs[0], shape=node.shape)  # reshape(reshape(x)) -> reshape(x)
    if x.op == "expand" and x.inputs[0].size == 1:
        # reshape(fill(c)) -> fill(c)
        return p.expand(p.reshape(x.inputs[0], shape=()), shape=node.shape)
    return None


def _transpose(node: Node) -> Node | None:
    (x,), perm = node.inputs, node.attrs["perm"]
    if perm == tuple(range(x.ndim)):
        return x  # transpose(x, identity) -> x
    if x.op == "transpose":
        inner = x.attrs["perm"]
        return p.transpose(x.inputs[0], perm=tuple(inner[i] for i in perm))  # (x^p)^q -> x^(pq)
    return None


def _expand(node: Node) -> Node | None:
    (x,) = node.inputs
    if x.shape == node.shape:
        return x  # expand(x, x.shape) -> x
    if x.op == "expand":
        return p.expand(x.inputs[0], shape=node.shape)  # expand(expand(x)) -> expand(x)
    return None


def _slice(node: Node) -> Node | None:
    (x,) = node.inputs
    return x if x.shape == node.shape else None  # x[:] -> x


def _cast(node: Node) -> Node | None:
    (x,) = node.inputs
    return x if x.dtype == node.dtype else None  # cast(x, x.dtype) -> x


def _concat(node: Node) -> Node | None:
    return node.inputs[0] if len(node.inputs) == 1 else None  # concat(x) -> x


def _pad(node: Node) -> Node | None:
    return node.inputs[0] if node.inputs[0].shape == node.shape else None  # pad by nothing -> x


def _sum(node: Node) -> Node | None:
    (x,), axes = node.inputs, node.attrs["axes"]
    if all(x.shape[a] == 1 for a in axes):
        return p.reshape(x, shape=node.shape)  # a sum of one term -> the term
    number = scalar_of(x)
    if number is not None:
        total = np.asarray(number * product(x.shape[a] for a in axes), node.dtype)
        return p.expand(constant(total), shape=node.shape)  # sum(fill(c)) -> fill(n*c)
    if x.op == "sum" and not node.attrs["keepdims"] and not x.attrs["keepdims"]:
        source = x.inputs[0]
        left = [i for i in range(source.ndim) if i not in x.attrs["axes"]]
        merged = tuple(sorted({*x.attrs["axes"], *(left[a] for a in axes)}))
        return p.sum(source, axes=merged, keepdims=False)  # sum(sum(x, a), b) -> sum(x, a + b)
    if x.op == "matmul" and not node.attrs["keepdims"] and axes == tuple(range(x.ndim - 2)):
        return _sum_of_products(x)
    return None


def _sum_of_products(product_: Node) -> Node | None:
    """sum_t A_t @ B_t -> [A_1 … A_T] @ [B_1; …; B_T]   one product over the joined inner axis"""
    a, b = product_.inputs
    if a.shape[:-2] != b.shape[:-2]:
        return None
    n, batch = a.ndim, tuple(range(a.ndim - 2))
    m, k, q = a.shape[-2], a.shape[-1], b.shape[-1]
    inner = product(a.shape[:-2]) * k
    left = p.reshape(p.transpose(a, perm=(*batch, n - 1, n - 2)), shape=(inner, m))
    return p.matmul(p.transpose(left, perm=(1, 0)), p.reshape(b, shape=(inner, q)))


def _matmul(node: Node) -> Node | None:
    a, b = node.inputs
    if a.ndim > 2 and b.ndim == 2:
        rows = product(a.shape[:-1])
        flat = p.matmul(p.reshape(a, shape=(rows, a.shape[-1])), b)
        return p.reshape(flat, shape=node.shape)  # (…, m, k) @ (k, n) -> one product of (…*m, k)
    return None


def _scan(node: Node) -> Node | None:
    body = node.attrs["body"]
    roots = rewrite([*body.next_state, *body.ys], algebra, {})
    count = len(body.next_state)
    simple = replace(body, next_state=tuple(roots[:count]), ys=tuple(roots[count:]))
    if simple == body:
        return None
    attrs = {**node.attrs, "body": simple}
    # scan(f) -> scan(simplified f)
    return make_node("scan", node.inputs, attrs, node.shape, node.dtype)


_RULES: dict[str, tuple[Rule, ...]] = {
    "add": (_neutral(0, 0), _neutral(1, 0), _add, _add_pads),  # 0 + x -> x, x + 0 -> x
    "sub": (_neutral(1, 0), _sub),  # x - 0 -> x
    "mul": (_neutral(0, 1), _neutral(1, 1), _mul),  # 1 * x -> x, x * 1 -> x
    "div": (_neutral(1, 1),),  # x / 1 -> x
    "pow": (_power,),
    "neg": (_neg,),
    "where": (_where,),
    "reshape": (_reshape,),
    "transpose": (_transpose,),
    "expand": (_expand,),
    "slice": (_slice,),
    "cast": (_cast,),
    "concat": (_concat,),
    "pad": (_pad,),
    "sum": (_sum,),
    "matmul": (_matmul,),
    "scan": (_scan,),
}
