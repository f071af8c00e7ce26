"""The file of a training in progress: what it holds, read and checked, and what is remembered."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from cornu_data.encoding import fingerprint, read_values
from cornu_engine.errors import SavingError
from cornu_engine.interrupt import let_signals_through

__all__ = [
    "changed",
    "fingerprints",
    "matched",
    "python_random",
    "read_run",
    "restore_python_random",
]

_FORM: dict[str, Any] = {
    "epoch": int,
    "step": int,
    "stop_training": bool,
    "variables": list,
    "positions": dict,
    "seeds": dict,
    "random": dict,
    "remembered": list,
}


def read_run(filepath: Any) -> dict[str, Any]:
    """Return what the file of a training holds.

    Raises
    ------
    SavingError
        If it could not be put in place as a whole.
    """
    loaded = read_values(filepath)
    try:
        _check_form(loaded)
    except Exception as error:  # a form that nobody has thought of
        let_signals_through(error)
        said = str(error) or type(error).__name__
        raise SavingError(f"{str(filepath)!r} is no state of a training: {said}") from error
    return loaded


def _check_form(loaded: dict[str, Any]) -> None:
    """Raise, whatever, for a state that could not be put in place as a whole."""
    for name, kind in _FORM.items():
        value = loaded[name]
        if type(value) is not kind or (kind is int and not 0 <= value < 2**53):
            raise ValueError(f"its {name!r} is {str(value)[:60]!r}")
    for path, value in loaded["variables"]:
        if not isinstance(path, str) or value.dtype.kind not in "biufV":
            raise ValueError(f"it holds {str(path)[:60]!r}, which is no variable")
    for name in ("train", "validation"):
        if not isinstance(loaded["positions"][name], dict | None):
            raise ValueError(f"the position of its {name} data is none")
    for name, state in loaded["remembered"]:
        if not isinstance(name, str) or not all(isinstance(key, str) for key in state):
            raise ValueError("it remembers what nothing can")
    seeds = loaded["seeds"]
    generator = seeds["generator"]
    if not all(isinstance(seeds[name], int) and seeds[name] >= 0 for name in ("entropy", "drawn")):
        raise ValueError("its seed is no number")
    if generator is not None and (generator.dtype, generator.shape) != (np.uint32, (2,)):
        raise ValueError("its random numbers have another form")
    random.Random().setstate(loaded["random"]["python"])
    np.random.RandomState().set_state(loaded["random"]["numpy"])


def fingerprints(each: Any) -> dict[str, tuple[str, int]]:
    """Return what tells the state of a callback or data set from a later one."""
    return {name: fingerprint(value) for name, value in each.get_state().items()}


def changed(each: Any, as_made: dict[str, tuple[str, int]]) -> dict[str, Any]:
    """Return what a callback or data set has come to remember since the training began."""
    state = each.get_state()
    return {name: v for name, v in state.items() if as_made.get(name) != fingerprint(v)}


def matched(
    present: Sequence[Any], saved: list[tuple[str, dict[str, Any]]]
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Pair objects with saved states: the first of a class with the first, and so on."""
    by_class: dict[str, list[dict[str, Any]]] = {}
    for name, state in saved:
        by_class.setdefault(name, []).append(state)
    for each in present:
        states = by_class.get(type(each).__name__)
        if states:
            yield each, states.pop(0)


def python_random() -> dict[str, Any]:
    """Return the state of the generators of Python and NumPy, which data may draw from."""
    return {"python": random.getstate(), "numpy": np.random.get_state(legacy=False)}


def restore_python_random(state: dict[str, Any]) -> None:
    """Put back what `python_random` returned."""
    random.setstate(state["python"])
    np.random.set_state(state["numpy"])
