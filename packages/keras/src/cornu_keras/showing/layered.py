"""Where the boxes of a graph stand: in layers, with few crossings, each near what it is joined to.

After Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system
structures" (1981): the longest way from a source is a box's layer; an edge over several layers gets
a stand-in in each; layers are sorted by the mean place of their neighbours; then boxes move over
these means.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

__all__ = ["Layout", "layered"]

Key = Hashable
Point = tuple[float, float]
SWEEPS = 8


class Layout(NamedTuple):
    """Places of boxes, the points that each edge goes through, and the size of all.

    Attributes
    ----------
    places : dict of key to (x, y)
        The upper left corner of each box.
    ways : dict of (key, key) to list of (x, y)
        From the lower side of the first box to the upper side of the second.
    size : (width, height)
    """

    places: dict[Key, Point]
    ways: dict[tuple[Key, Key], list[Point]]
    size: Point


def layered(
    sizes: Mapping[Key, Point],
    edges: Sequence[tuple[Key, Key]],
    gap: Point = (24.0, 30.0),
) -> Layout:
    """Lay out a graph without circles from top to bottom.

    Parameters
    ----------
    sizes : dict of key to (width, height)
        The boxes.
    edges : list of (key, key)
        Arrows between them; those that would go up are left out of the order.
    gap : (x, y)
        The least space between boxes of one layer, and between layers.

    Examples
    --------
    >>> drawn = layered({"a": (10, 10), "b": (30, 10)}, [("a", "b")], gap=(5, 20))
    >>> drawn.places, drawn.ways["a", "b"], drawn.size
    ({'a': (10.0, 0.0), 'b': (0.0, 30.0)}, [(15.0, 10.0), (15.0, 30.0)], (30.0, 40.0))
    """
    depth = _depths(list(sizes), edges)
    boxes: dict[Key, Point] = dict(sizes)
    chains: dict[tuple[Key, Key], list[Key]] = {}
    for source, target in edges:
        between = [("way", source, target, at) for at in range(depth[source] + 1, depth[target])]
        for stand_in in between:
            boxes[stand_in] = (gap[0] / 2, 0.0)
            depth[stand_in] = stand_in[3]
        chains[source, target] = [source, *between, target]
    above, below = defaultdict[Key, list[Key]](list), defaultdict[Key, list[Key]](list)
    for chain in chains.values():
        for upper, lower in itertools.pairwise(chain):
            above[lower].append(upper)
            below[upper].append(lower)
    rows: list[list[Key]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for key in boxes:
        rows[depth[key]].append(key)
    _sort(rows, above, below)
    middles = _middles(rows, boxes, above, below, gap[0])
    spans, height = _spans(rows, boxes, gap[1])
    left = min((middles[key] - boxes[key][0] / 2 for key in boxes), default=0.0)
    right = max((middles[key] + boxes[key][0] / 2 for key in boxes), default=0.0)
    places = {}
    for key, (width, box_height) in sizes.items():
        top, bottom = spans[key]
        places[key] = (middles[key] - left - width / 2, (top + bottom - box_height) / 2)
    ways = {}
    for (source, target), chain in chains.items():  # it turns between layers, where no box stands
        points = [(middles[source] - left, places[source][1] + sizes[source][1])]
        for key in chain:
            points += [(middles[key] - left, side) for side in spans[key]]
        del points[1]
        points[-1] = (points[-1][0], places[target][1])
        ways[source, target] = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
    return Layout(places, ways, (right - left, height))


def _depths(keys: list[Key], edges: Sequence[tuple[Key, Key]]) -> dict[Key, int]:
    """Return the longest way to each box; the keys come in an order in which arrows go on."""
    place = {key: index for index, key in enumerate(keys)}
    into = defaultdict[Key, list[Key]](list)
    for source, target in edges:
        if place[source] < place[target]:
            into[target].append(source)
    depth: dict[Key, int] = {}
    for key in keys:
        depth[key] = max((depth[source] + 1 for source in into[key]), default=0)
    return depth


def _sort(
    rows: list[list[Key]], above: Mapping[Key, list[Key]], below: Mapping[Key, list[Key]]
) -> None:
    """Bring each layer into the order of its neighbours' mean places, down and up in turns."""
    for sweep in range(SWEEPS):
        neighbours, order = (above, rows) if sweep % 2 == 0 else (below, rows[::-1])
        place = {key: index for row in rows for index, key in enumerate(row)}
        for row in order:
            means = {
                key: sum(map(place.__getitem__, neighbours[key])) / len(neighbours[key])
                if neighbours[key]
                else place[key]
                for key in row
            }
            row.sort(key=means.__getitem__)
            place.update({key: index for index, key in enumerate(row)})


def _middles(
    rows: list[list[Key]],
    boxes: Mapping[Key, Point],
    above: Mapping[Key, list[Key]],
    below: Mapping[Key, list[Key]],
    gap: float,
) -> dict[Key, float]:
    """Return where the middle of each box stands on its layer."""
    middles: dict[Key, float] = {}
    for row in rows:
        _spread(row, [0.0] * len(row), boxes, gap, middles)
    for sweep in range(SWEEPS):
        order, neighbours = (rows, above) if sweep % 2 == 0 else (rows[::-1], below)
        for row in order:
            wanted = [
                sum(map(middles.__getitem__, neighbours[key])) / len(neighbours[key])
                if neighbours[key]
                else middles[key]
                for key in row
            ]
            _spread(row, wanted, boxes, gap, middles)
    return middles


def _spread(
    row: list[Key],
    wanted: list[float],
    boxes: Mapping[Key, Point],
    gap: float,
    middles: dict[Key, float],
) -> None:
    """Put the boxes of a layer as near to where they want to be as their widths allow.

    Boxes that meet become one block, which stands where its members want it on average.
    """
    blocks: list[tuple[float, list[tuple[Key, float]]]] = []  # middle of the first, (key, offset)
    for key, middle in zip(row, wanted, strict=True):
        block, start = [(key, 0.0)], middle
        while blocks:
            before_start, before = blocks[-1]
            last, offset = before[-1]
            needed = offset + boxes[last][0] / 2 + gap + boxes[block[0][0]][0] / 2
            if before_start + needed <= start:
                break
            blocks.pop()
            joined = [*before, *((k, o + needed) for k, o in block)]
            total = before_start * len(before) + (start - needed) * len(block)
            start, block = total / len(joined), joined
        blocks.append((start, block))
    for start, block in blocks:
        middles.update({key: start + offset for key, offset in block})


def _spans(
    rows: list[list[Key]], boxes: Mapping[Key, Point], gap: float
) -> tuple[dict[Key, Point], float]:
    """Return the upper and the lower side of each box's layer, and the height of all layers."""
    spans: dict[Key, Point] = {}
    height = 0.0
    for number, row in enumerate(rows):
        height += gap if number else 0.0
        tallest = max(boxes[key][1] for key in row)
        spans.update(dict.fromkeys(row, (height, height + tallest)))
        height += tallest
    return spans, height
