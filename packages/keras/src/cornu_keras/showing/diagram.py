"""A model's layers as an SVG picture, drawn without Graphviz."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from html import escape
from typing import Any

from cornu_engine.sourcetext import one_line
from cornu_keras.showing.layered import Layout, Point, layered
from cornu_keras.utilities.boxes import edges_of, fields, operations_of

__all__ = ["model_to_svg"]

LETTER, LINE, PAD = 7.0, 18.0, 8.0  # width of a letter, height of a line, space around text
NATURAL_DPI = 200  # at which a picture is as large as its numbers say


def model_to_svg(
    model: Any,
    options: Mapping[str, bool],
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = NATURAL_DPI,
    splines: str = "ortho",
) -> str:
    """Return the picture as text; the arguments are those of `model_to_dot`.

    Examples
    --------
    >>> import cornu
    >>> x = cornu.Input((4,), name="x")
    >>> picture = model_to_svg(cornu.Model(x, x + 1.0), {"show_shapes": True})
    >>> picture[:4], "InputLayer" in picture, "(None, 4)" in picture
    ('<svg', True, True)
    """
    if rankdir not in ("TB", "LR", "BT", "RL"):
        raise ValueError(f"rankdir must be 'TB', 'LR', 'BT' or 'RL'; got {rankdir!r}.")
    parts, (width, height) = _drawn(model, options, rankdir, expand_nested, splines)
    width, height = width + 2 * PAD, height + 2 * PAD
    scale = dpi / NATURAL_DPI
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * scale:.0f}" '
            f'height="{height * scale:.0f}" viewBox="{-PAD:g} {-PAD:g} {width:g} {height:g}" '
            'font-family="Helvetica, Arial, sans-serif" font-size="12">',
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
            'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>',
            f'<rect x="{-PAD:g}" y="{-PAD:g}" width="{width:g}" height="{height:g}" fill="white"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _drawn(
    model: Any, options: Mapping[str, bool], rankdir: str, expand: bool, splines: str
) -> tuple[list[str], Point]:
    """Return the elements of a model's picture, from (0, 0) on, and their size."""
    operations = operations_of(model)
    pictures: dict[int, list[str]] = {}
    sizes: dict[Any, Point] = {}
    for operation in operations:
        key = id(operation)
        if expand and getattr(operation, "layers", None):
            inner, (width, height) = _drawn(operation, options, rankdir, expand, splines)
            title = one_line(operation.name)
            width = max(width, LETTER * len(title))
            pictures[key] = _framed(title, inner, (width, height))
            sizes[key] = (width + 2 * PAD, height + 2 * PAD + LINE)
        else:
            pictures[key], sizes[key] = _box(fields(operation, options))
    edges = [(id(source), id(target)) for source, target in edges_of(model)]
    sideways = rankdir in ("LR", "RL")
    drawn = layered({key: (h, w) for key, (w, h) in sizes.items()} if sideways else sizes, edges)
    places, ways, size = _turned(drawn, sizes, rankdir)
    parts = [
        f'<path d="{_way(points, splines, sideways)}" fill="none" stroke="black" '
        'marker-end="url(#tip)"/>'
        for points in ways
    ]
    for key, (x, y) in places.items():
        parts += [f'<g transform="translate({x:.1f} {y:.1f})">', *pictures[key], "</g>"]
    return parts, size


def _turned(
    drawn: Layout, sizes: Mapping[Any, Point], rankdir: str
) -> tuple[dict[Any, Point], list[list[Point]], Point]:
    """Return places, ways and size as they are in a direction; they came from top to bottom."""
    width, height = drawn.size

    def turn(point: Point, box: Point = (0.0, 0.0)) -> Point:
        x, y = point
        if rankdir in ("BT", "RL"):
            y = height - y - box[1 if rankdir == "BT" else 0]
        return (y, x) if rankdir in ("LR", "RL") else (x, y)

    places = {key: turn(place, sizes[key]) for key, place in drawn.places.items()}
    ways = [[turn(point) for point in points] for points in drawn.ways.values()]
    return places, ways, turn_size(width, height, rankdir)


def turn_size(width: float, height: float, rankdir: str) -> Point:
    """Return width and height as they are in a direction.

    Examples
    --------
    >>> turn_size(10, 20, "LR")
    (20, 10)
    """
    return (height, width) if rankdir in ("LR", "RL") else (width, height)


def _box(rows: list[list[str]]) -> tuple[list[str], Point]:
    """Return the picture of a box of text, a line between its rows and between their cells."""
    width = max(len(row) * (LETTER * max(map(len, row)) + 2 * PAD) for row in rows)
    height = len(rows) * (LINE + PAD)
    parts = [f'<rect width="{width:g}" height="{height:g}" fill="white" stroke="black"/>']
    for number, row in enumerate(rows):
        top, each = number * (LINE + PAD), width / len(row)
        if number:
            parts.append(f'<path d="M0 {top:g}H{width:g}" stroke="black"/>')
        for place, cell in enumerate(row):
            if place:
                parts.append(f'<path d="M{place * each:g} {top:g}v{LINE + PAD:g}" stroke="black"/>')
            parts.append(
                f'<text x="{(place + 0.5) * each:g}" y="{top + LINE:g}" '
                f'text-anchor="middle">{escape(cell)}</text>'
            )
    return parts, (width, height)


def _framed(title: str, inner: list[str], size: Point) -> list[str]:
    width, height = size[0] + 2 * PAD, size[1] + 2 * PAD + LINE
    return [
        f'<rect width="{width:g}" height="{height:g}" fill="none" stroke="black" '
        'stroke-dasharray="4"/>',
        f'<text x="{PAD:g}" y="{LINE:g}">{escape(title)}</text>',
        f'<g transform="translate({PAD:g} {PAD + LINE:g})">',
        *inner,
        "</g>",
    ]


def _way(points: list[Point], splines: str, sideways: bool) -> str:
    """Return the path through some points: by right angles, in curves, or straight."""
    path = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x, y), (to_x, to_y) in itertools.pairwise(points):
        end = f"{to_x:.1f} {to_y:.1f}"
        if splines == "ortho":
            across = f"H{(x + to_x) / 2:.1f}V{to_y:.1f}"
            down = f"V{(y + to_y) / 2:.1f}H{to_x:.1f}"
            path.append(f"{across if sideways else down}L{end}")
        elif splines in ("line", "polyline", "false"):
            path.append(f"L{end}")
        else:
            bend = (
                f"{(x + to_x) / 2:.1f} {y:.1f} {(x + to_x) / 2:.1f} {to_y:.1f}"
                if sideways
                else f"{x:.1f} {(y + to_y) / 2:.1f} {to_x:.1f} {(y + to_y) / 2:.1f}"
            )
            path.append(f"C{bend} {end}")
    return "".join(path)
