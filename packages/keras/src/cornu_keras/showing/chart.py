"""Curves over epochs as an SVG picture, for notebooks: no library has to be there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from cornu_engine.sourcetext import one_line

__all__ = ["curves_to_svg"]

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, LEGEND = 420.0, 220.0, 56.0, 28.0, 12.0, 130.0
COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f")


def curves_to_svg(epochs: Sequence[int], curves: Mapping[str, Sequence[float]]) -> str:
    """Return one picture with a curve for each name; values that are not finite leave a hole.

    Parameters
    ----------
    epochs : list of int
        Counted from 0; they are shown from 1.
    curves : dict of str to list of float
        Those that are shorter than `epochs` end where these do.

    Examples
    --------
    >>> picture = curves_to_svg([0, 1], {"loss": [2.0, 1.0]})
    >>> picture[:4], "loss" in picture
    ('<svg', True)
    """
    finite = [v for values in curves.values() for v in values if math.isfinite(v)]
    ticks = _ticks(min(finite, default=0.0), max(finite, default=1.0))
    low, high = ticks[0], ticks[-1]
    first, last = (epochs[0], epochs[-1]) if epochs else (0, 1)
    right, base = WIDTH - 8, HEIGHT - BOTTOM

    def x(epoch: float) -> float:
        return LEFT + (right - LEFT) * ((epoch - first) / (last - first) if last > first else 0.5)

    def y(value: float) -> float:
        return base - (base - TOP) * (value - low) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH + LEGEND:g}" height="{HEIGHT:g}" '
        f'viewBox="0 0 {WIDTH + LEGEND:g} {HEIGHT:g}" font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH + LEGEND:g}" height="{HEIGHT:g}" fill="white"/>',
    ]
    for tick in ticks:
        parts.append(f'<path d="M{LEFT:g} {y(tick):.1f}H{right:g}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{LEFT - 6:g}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>'
        )
    parts += [
        f'<text x="{x(epoch):.1f}" y="{base + 16:g}" text-anchor="middle">{epoch + 1}</text>'
        for epoch in _whole(first, last)
    ]
    for number, (name, values) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        pairs = list(zip(epochs[len(epochs) - len(values) :], values, strict=False))
        for run in _runs(pairs):
            points = " ".join(f"{x(epoch):.1f},{y(value):.1f}" for epoch, value in run)
            if len(run) == 1:
                points += f" {points}"
            parts.append(
                f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" '
                'stroke-linecap="round"/>'
            )
        place = TOP + 10 + 16 * number
        label = one_line(name) if len(name) <= 18 else f"{one_line(name)[:17]}…"
        parts.append(
            f'<text x="{WIDTH + 4:g}" y="{place:g}" fill="{colour}">{escape(label)}</text>'
        )
    return "".join([*parts, "</svg>"])


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers around an interval."""
    if high <= low:
        low, high = low - abs(low or 1.0) / 2, high + abs(high or 1.0) / 2
    raw = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= raw * (1 - 1e-9))
    start, stop = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(k * step, 12) for k in range(start, stop + 1)]


def _whole(first: int, last: int) -> list[int]:
    """Return some epochs between two, no halves among them."""
    step = max(1, -(-(last - first) // 6))
    return list(range(first, last + 1, step))


def _runs(pairs: list[tuple[int, float]]) -> list[list[tuple[int, float]]]:
    """Return the pieces of a curve between values that are not finite."""
    runs: list[list[tuple[int, float]]] = [[]]
    for epoch, value in pairs:
        if math.isfinite(value):
            runs[-1].append((epoch, value))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
