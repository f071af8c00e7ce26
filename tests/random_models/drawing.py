"""Models drawn line by line; hypothesis makes those that fail small."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import prod
from typing import Any

from hypothesis import strategies as st

from cornu import Input, Model, Sequential, ops
from cornu import layers as L
from cornu_engine.errors import ShapeError

from .table import CHOICES, GROUPS, INPUTS

RANKS = {"flat": 2, "series": 3, "image": 4}
LARGEST = 400  # elements of a value per row of the batch
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(eq=False, repr=False)
class Script:
    """The lines of a model, and what they have made so far."""

    lines: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(
        default_factory=lambda: (
            {"L": L, "ops": ops, "Input": Input, "Model": Model} | {"Sequential": Sequential}
        )
    )

    def run(self, line: str) -> Any:
        """Run a line that makes a new value; return it."""
        name = f"x{len(self.lines)}"
        line = line.replace("{out}", name) if "{out}" in line else f"{name} = {line}"
        self.lines.append(line)
        exec(line, self.names)
        return self.names[name]

    def values(self) -> list[str]:
        """Return the names of what has been made, the newest first."""
        return [f"x{i}" for i in reversed(range(len(self.lines))) if f"x{i}" in self.names]

    def build(self) -> Model:
        """Run all lines anew and return the model."""
        names = {k: v for k, v in self.names.items() if not re.fullmatch(r"[a-z]\d*", k)}
        exec(str(self), names)
        return names["model"]

    def __str__(self) -> str:
        end = f"model = Model([{', '.join(self.inputs)}], [{', '.join(self.outputs)}])"
        return "\n".join([*self.lines, end])


@st.composite
def scripts(draw: Any, longest: int = 6) -> Script:
    """Draw a model of one to three inputs and outputs, and up to so many lines."""
    script = Script()
    for kind in draw(st.lists(st.sampled_from(sorted(INPUTS)), min_size=1, max_size=3)):
        script.run(INPUTS[kind])
        script.inputs.append(f"x{len(script.lines) - 1}")
    for _ in range(draw(st.integers(2, longest))):
        ready = [[x for x in g if all(_candidates(script, k) for k in _kinds(x))] for g in GROUPS]
        group = draw(st.sampled_from([g for g in ready if g]))
        line = _filled(draw, script, draw(st.sampled_from(group)))
        try:
            made = script.run(line)
        except ShapeError as error:
            if "slides a window of" not in str(error):  # longer than what it slides along
                raise
        else:
            if prod(made.shape[1:]) <= LARGEST and 0 not in made.shape[1:]:
                continue
        script.names.pop(f"x{len(script.lines) - 1}", None)
        script.lines[-1] = f"pass  # {len(script.lines) - 1} would be too large, or empty"
    values = [v for v in script.values() if v not in script.inputs]
    made = [v for v in values if script.names[v].dtype[0] == "f"]
    if not made:
        first = script.inputs[0]
        script.run(f"L.Dense(2)(ops.cast({first}, 'float32'))")
        made = script.values()[:1]
    text = "\n".join(script.lines)
    unread = [v for v in made[1:] if len(re.findall(rf"\b{v}\b", text)) == 1]
    script.outputs = [made[0], *draw(st.permutations(unread))[:2]]
    return script


def _kinds(line: str) -> list[str]:
    return [k for k in _PLACE.findall(line) if k in RANKS or k in ("x", "tokens")]


def _candidates(script: Script, kind: str) -> list[str]:
    values = {name: script.names[name] for name in script.values()}
    tokens = [n for n, v in values.items() if v.dtype[0] == "i" and v.ndim == 2]
    if kind == "tokens":
        return tokens
    real = [n for n, v in values.items() if v.dtype[0] == "f" and v.ndim > 1]
    return real if kind == "x" else [n for n in real if script.names[n].ndim == RANKS[kind]]


def _filled(draw: Any, script: Script, line: str) -> str:
    known: dict[str, str] = {}
    first = ""
    for place in dict.fromkeys(_PLACE.findall(line)):
        if place == "out":
            continue
        if place in CHOICES:
            found = CHOICES[place]
        elif place in ("same", "beside", "alike"):
            found = _like(script, script.names[first], place)
        else:
            found = _candidates(script, place)
        known[place] = draw(st.sampled_from(found))
        if place in RANKS or place in ("x", "tokens"):
            first = first or known[place]
    return _PLACE.sub(lambda m: known.get(m[1], m[0]), line)


def _like(script: Script, first: Any, place: str) -> list[str]:
    """Return the values whose shape fits to that of the first; it is one of them."""
    found = []
    for name in _candidates(script, "x"):
        shape = script.names[name].shape
        if len(shape) != len(first.shape):
            continue
        if (
            shape == first.shape
            or (place == "beside" and shape[:-1] == first.shape[:-1])
            or (place == "alike" and shape[-1] == first.shape[-1])
        ):
            found.append(name)
    return found
