"""The table that `model.summary()` prints."""

from __future__ import annotations

import itertools
import math
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from cornu.base.layer import FunctionCall
from cornu_data.numbers import written
from cornu_engine import tree
from cornu_engine.errors import quoted
from cornu_engine.interrupt import let_signals_through
from cornu_engine.sourcetext import one_line
from cornu_engine.variable import Variable

_ALIGN: dict[str, Callable[[str, int], str]] = {
    "left": str.ljust,
    "right": str.rjust,
    "center": str.center,
}
_STACK = (
    88,
    (0.45, 0.80, 1.0),
    (("Layer (type)", "left"), ("Output Shape", "left"), ("Param #", "right")),
)
_GRAPH = (108, (0.3, 0.56, 0.74, 1.0), (*_STACK[2], ("Connected to", "left")))
_ASCII = str.maketrans("━─│┃┏┳┓┡╇┩├┼┤└┴┘…", "=-" + "|" * 14 + ".")  # for consoles without Unicode
_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> None:
    """Print a table of the layers of a model; the arguments are those of `Model.summary`.

    Examples
    --------
    >>> import cornu
    >>> x = cornu.Input((4,), name="x")
    >>> print_summary(cornu.Model(x, x + 1.0, name="m"), line_length=60)  # doctest: +ELLIPSIS
    Model: "m"
    ┏━...
    """
    text = summary_text(model, line_length, positions, expand_nested, show_trainable, layer_range)
    if print_fn is None:
        print_fn, encoding = print, getattr(sys.stdout, "encoding", None) or "utf-8"
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            text = text.translate(_ASCII).encode(encoding, "replace").decode(encoding)
    print_fn(text)


def summary_text(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> str:
    """Return the table as text."""
    graph = getattr(model, "_graph", None)
    is_stack = hasattr(model, "_stack") or graph is None or _is_stack(graph)
    layers = model.layers if graph is None or hasattr(model, "_stack") else graph.operations
    default_length, default_positions, header = _STACK if is_stack else _GRAPH
    places = list(positions or default_positions)
    if len(places) != len(header):
        raise ValueError(
            f"positions={positions!r} must have {len(header)} numbers, one per column of this "
            f"model's table: {', '.join(name for name, _ in header)}."
        )
    if show_trainable:
        default_length += 12
        places = [0.9 * p for p in places] + [1.0]
        header = (*header, ("Trainable", "center"))
    if line_length and not isinstance(line_length, int):
        raise TypeError(
            f"line_length={quoted(line_length)} is not a whole number of characters: write "
            f"{written('line_length', line_length, 80)}."
        )
    length = line_length or min(default_length, shutil.get_terminal_size().columns - 4)
    widths = _column_widths(places, length)
    first, last = _range(layers, layer_range)
    shown = _with_nested(layers[first:last], 0 if expand_nested else None)
    rows = []
    for layer, level in shown:
        prefix = "   " * level + "└ " if level else ""
        row = [f"{prefix}{layer.name} ({type_name(layer)})", output_shape(layer), _params(layer)]
        if not is_stack:
            row.append(_connections(layer, graph))
        if show_trainable:
            row.append(("Y" if layer.trainable else "N") if len(layer.weights) else "-")
        rows.append(list(map(one_line, row)))
    names, alignments = zip(*header, strict=True)
    return (
        f'Model: "{one_line(model.name)}"\n'
        + _table(list(names), rows, widths, alignments)
        + "\n".join(totals(model))
    )


def _with_nested(layers: Iterable[Any], level: int | None) -> Iterator[tuple[Any, int]]:
    for layer in layers:
        yield layer, level or 0
        if level is not None:
            yield from _with_nested(getattr(layer, "layers", ()), level + 1)


def _is_stack(graph: Any) -> bool:
    """Whether every layer is called once, on what the one before returned."""
    one_each = all(len(nodes) == 1 for nodes in graph.nodes_by_depth.values())
    return (
        one_each
        and all(len(node.input_tensors) <= 1 for node in graph.nodes)
        and all(sum(1 for _ in graph.layer_nodes(x)) <= 1 for x in graph.operations)
    )


# Cells


def type_name(layer: Any) -> str:
    """Return the name of a layer's class, or of a function as that of one."""
    if isinstance(layer, FunctionCall):
        name = layer.get_config()["function"].rpartition(".")[2]
        return "".join(part.capitalize() for part in name.split("_"))
    return type(layer).__name__


def output_shape(layer: Any) -> str:
    """Return the shape of what the last call of a layer gave, `?` where none is known."""
    try:
        if layer._inbound_nodes:
            shapes = tree.map_structure(lambda t: t.shape, layer._inbound_nodes[-1].outputs)
        elif layer._build_shapes:
            shapes = layer.compute_output_shape(**layer._build_shapes)
        else:
            return "?"
    except Exception as error:  # a shape is a courtesy: a layer that cannot tell is still listed
        let_signals_through(error)
        return "?"
    texts: list[str] = []
    tree.map_shape_structure(lambda s: texts.append(_shape_text(s)), shapes)
    return (
        texts[0]
        if len(texts) == 1
        else str(tree.map_shape_structure(_shape_text, shapes)).replace("'", "")
    )


def _shape_text(shape: Sequence[int | None]) -> str:
    return f"({', '.join(map(str, shape))})"


def _params(layer: Any) -> str:
    return f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"


def _connections(layer: Any, graph: Any) -> str:
    connections = []
    for node in graph.layer_nodes(layer) if layer in graph.operations else ():
        for tensor in node.input_tensors:
            history = tensor._keras_history
            connections.append(
                f"{history.operation.name}[{history.node_index}][{history.tensor_index}]"
            )
    return ", ".join(connections) or "-"


def totals(model: Any) -> Iterable[str]:
    """Yield how many parameters there are in all, and of which kind."""
    trainable, frozen = model.trainable_weights, model.non_trainable_weights
    optimizer = getattr(model, "optimizer", None)
    slots = list(optimizer.variables) if optimizer is not None and optimizer.built else []
    yield f" Total params: {_amount([*trainable, *frozen, *slots])}"
    yield f" Trainable params: {_amount(trainable)}"
    yield f" Non-trainable params: {_amount(frozen)}"
    if slots:
        yield f" Optimizer params: {_amount(slots)}"


def _amount(variables: list[Variable]) -> str:
    count = sum(math.prod(v.shape) for v in variables)
    size = float(sum(math.prod(v.shape) * v.dtype.itemsize for v in variables))
    unit = 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{count:,} ({size:.2f} {_UNITS[unit]})"


def _range(layers: Sequence[Any], names: Sequence[str] | None) -> tuple[int, int]:
    if names is None:
        return 0, len(layers)
    if len(names) != 2 or not all(isinstance(n, str) for n in names):
        raise ValueError(
            f"layer_range is a list of two names or patterns of layers; got {names!r}."
        )
    matches = [
        [i for i, layer in enumerate(layers) if re.match(pattern, layer.name)] for pattern in names
    ]
    for pattern, places in zip(names, matches, strict=True):
        if not places:
            raise ValueError(
                f"No layer matches {pattern!r} of layer_range; there are "
                f"{[x.name for x in layers]}."
            )
    first, last = min(matches[0]), max(matches[1])
    return (first, last + 1) if first <= last else (min(matches[1]), max(matches[0]) + 1)


# The table


def _column_widths(positions: Sequence[float], length: int) -> list[int]:
    """Return inner widths, padding included, that fill the line."""
    edges = [0, *(int(p * length) for p in positions)]
    widths = [b - a + 2 for a, b in itertools.pairwise(edges)]
    if min(widths) < 6:
        raise ValueError(
            f"A line of {length} characters is too short for the summary: pass a larger "
            "line_length."
        )
    excess = sum(widths) + len(widths) + 1 - length
    for i in range(len(widths)):  # what the frame takes is shared evenly
        share = round(excess / (len(widths) - i))
        widths[i] -= share
        excess -= share
    return widths


def _table(
    header: list[str], rows: list[list[str]], widths: list[int], alignments: Sequence[str]
) -> str:
    lines = [_rule("┏━┳┓", widths), *_row(header, widths, alignments, "┃"), _rule("┡━╇┩", widths)]
    for i, row in enumerate(rows):
        if i:
            lines.append(_rule("├─┼┤", widths))
        lines.extend(_row(row, widths, alignments, "│"))
    lines.append(_rule("└─┴┘", widths))
    return "\n".join(lines) + "\n"


def _rule(characters: str, widths: list[int]) -> str:
    left, line, cross, right = tuple(characters)
    return left + cross.join(line * w for w in widths) + right


def _row(cells: list[str], widths: list[int], alignments: Sequence[str], bar: str) -> Iterable[str]:
    columns = [_wrapped(cell, width - 2) for cell, width in zip(cells, widths, strict=True)]
    for i in range(max(map(len, columns))):
        parts = []
        for column, width, alignment in zip(columns, widths, alignments, strict=True):
            text = column[i] if i < len(column) else ""
            parts.append(f" {_ALIGN[alignment](text, width - 2)} ")
        yield bar + bar.join(parts) + bar


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text between words; a word that is too long ends in an ellipsis."""
    lines = [""]
    for word in re.findall(r"\s*\S+\s*", text):
        if lines[-1] and len(lines[-1]) + len(word.rstrip()) > width:
            lines.append("")
        lines[-1] += word
    return [
        line.rstrip() if len(line.rstrip()) <= width else line.rstrip()[: width - 1] + "…"
        for line in lines
    ]
