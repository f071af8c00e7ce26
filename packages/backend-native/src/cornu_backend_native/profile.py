"""Where the time of a run goes, as text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cornu_engine.sourcetext import one_line


def profile_text(name: str, notes: Sequence[str], seconds: np.ndarray) -> str:
    """Return a table with a line for each row, in the order in which they run.

    Examples
    --------
    >>> print(profile_text("train", ["dense: matmul (2, 2)"], np.array([0.002])))
    train: 2.0000 ms in 1 rows
     row       ms share
       0   2.0000  100% dense: matmul (2, 2)
    """
    total = float(seconds.sum())
    lines = [f"{one_line(name)}: {total * 1e3:.4f} ms in {len(notes)} rows", " row       ms share"]
    for i, (note, each) in enumerate(zip(notes, seconds, strict=True)):
        share = each / total if total else 0.0
        lines.append(f"{i:4} {each * 1e3:8.4f} {share:5.0%} {one_line(note)}")
    return "\n".join(lines)
