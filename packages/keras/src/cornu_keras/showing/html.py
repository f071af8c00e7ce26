"""What a model, a layer, a history and a program look like in a notebook."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import singledispatch
from html import escape
from typing import Any

from cornu.base import Layer
from cornu.training.history import History
from cornu_engine.errors import quoted
from cornu_engine.sourcetext import one_line
from cornu_keras.showing.chart import curves_to_svg
from cornu_keras.utilities.boxes import operations_of
from cornu_keras.utilities.summary import output_shape, totals, type_name

__all__ = ["html_of"]

MOST_LINES = 400  # of a program's source
STYLE = (
    "<style>.cornu summary{cursor:pointer}.cornu details details{margin-left:1.2em}"
    ".cornu table{margin:.2em 0 .4em 1.2em;border-collapse:collapse}"
    ".cornu td,.cornu th{text-align:left;padding:1px 10px 1px 0}"
    ".cornu .frozen{opacity:.6}.cornu pre{max-height:30em;overflow:auto}</style>"
)


def html_of(value: Any) -> str | None:
    """Return a value as HTML, all text of its own escaped, or None where it is text.

    Examples
    --------
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(3, name="<i>")])
    >>> page = html_of(model)
    >>> "&lt;i&gt;" in page, "<i>" in page, "(None, 3)" in page, "15" in page
    (True, False, True, True)
    """
    body = _body(value)
    return None if body is None else f'<div class="cornu">{STYLE}{body}</div>'


@singledispatch
def _body(value: Any) -> str | None:
    """Return the page of a compiled program: what it lists, and the code that runs."""
    source = getattr(value, "source", None)
    if not isinstance(source, str):
        return None
    return _folded("instructions", f"<pre>{_text(str(value), MOST_LINES)}</pre>", is_open=True) + (
        _folded("source", f"<pre>{_text(source, MOST_LINES)}</pre>")
    )


@_body.register
def _layer(layer: Layer) -> str:
    sums = "".join(f"<div>{_text(line.strip())}</div>" for line in _totals(layer))
    return _of_layer(layer, is_open=True) + sums


@_body.register
def _history(history: History) -> str:
    names = list(history.history)
    pictures = []
    for name in (n for n in names if not (n.startswith("val_") and n[4:] in names)):
        pair = {n: history.history[n] for n in (name, f"val_{name}") if n in names}
        if all(_is_number(value) for values in pair.values() for value in values):
            pictures.append(curves_to_svg(history.epoch, pair))
    return f"<div>{_text(repr(history))}</div>" + "".join(f"<div>{p}</div>" for p in pictures)


def _of_layer(layer: Any, is_open: bool = False) -> str:
    """Return a layer to unfold: its numbers in the line, in it its arguments, weights, layers."""
    frozen = len(layer.weights) > 0 and not layer.trainable
    facts = [
        output_shape(layer),
        f"{layer.count_params():,} parameters" if layer.built else "not built",
        *(["frozen"] if frozen else []),
    ]
    title = f"<b>{_text(layer.name)}</b> {_text(type_name(layer))} · {_text(' · '.join(facts))}"
    is_graph = getattr(layer, "_graph", None) is not None and not hasattr(layer, "_stack")
    inner = operations_of(layer) if is_graph else getattr(layer, "layers", None)
    within = "".join(map(_of_layer, inner)) if inner else "".join(_tables(layer))
    return _folded(title, within, is_open, escaped=True, kind=' class="frozen"' if frozen else "")


def _tables(layer: Any) -> Iterator[str]:
    if not isinstance(layer, Layer):  # a function between the layers
        return
    config: dict[str, Any] = {}
    with contextlib.suppress(Exception):  # a layer that cannot be written may be looked at
        config = layer.get_config()
    told = {k: v for k, v in config.items() if k not in ("name", "trainable", "dtype")}
    if told:
        yield _table([(name, quoted(_short(value))) for name, value in told.items()])
    if layer.weights:
        weights = [
            (w.name, f"{tuple(w.shape)} {w.dtype}{'' if w.trainable else ' frozen'}")
            for w in layer.weights
        ]
        yield _table(weights)


def _short(value: Any) -> Any:
    """Return the name of an object that a configuration describes."""
    if isinstance(value, dict) and "class_name" in value:
        return value["class_name"]
    return value


def _table(rows: list[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><th>{_text(a)}</th><td>{_text(b)}</td></tr>" for a, b in rows)
    return f"<table>{cells}</table>"


def _folded(
    title: str, within: str, is_open: bool = False, escaped: bool = False, kind: str = ""
) -> str:
    shown = title if escaped else _text(title)
    return (
        f"<details{kind}{' open' if is_open else ''}><summary>{shown}</summary>{within}</details>"
    )


def _totals(layer: Any) -> Iterator[str]:
    if layer.built:
        yield from totals(layer)


def _text(text: str, most_lines: int = 1) -> str:
    lines = text.splitlines() or [""]
    shown = [escape(one_line(line)) for line in lines[:most_lines]]
    if len(lines) > most_lines > 1:
        shown.append(f"… {len(lines) - most_lines} more lines")
    return "\n".join(shown)


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
