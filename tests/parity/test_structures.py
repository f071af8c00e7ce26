"""Structures of outputs with structures of losses, factors, metrics and weights: the same logs."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np
import pytest

from tests.parity.sides import Pair, floats, generator

pytestmark = pytest.mark.usefixtures("float64")

Two = namedtuple("Two", "first second")
UNITS = {"a": 1, "b": 2, "c": 3}


def _dicts(h: Any) -> Any:
    return {"left": {"a": h["a"], "b": h["b"]}, "right": h["c"]}


def _lists(h: Any) -> Any:
    return [[h["a"], h["b"]], h["c"]]


def _mixed(h: Any) -> Any:
    return {"z": [h["a"], h["b"]], "y": (h["c"],)}


def _pairs(h: Any) -> Any:
    return Two(h["a"], Two(h["b"], h["c"]))


def _functional(shape: Any) -> Any:
    def recipe(k: Any) -> Any:
        x = k.Input((4,), name="x")
        heads = {n: k.layers.Dense(units, name=n)(x) for n, units in UNITS.items()}
        return k.Model(x, shape(heads))

    return recipe


def _subclassed(shape: Any) -> Any:
    def recipe(k: Any) -> Any:
        class Heads(k.Model):  # type: ignore[name-defined, misc]
            def __init__(self) -> None:
                super().__init__()
                self.heads = [k.layers.Dense(units, name=n) for n, units in UNITS.items()]

            def call(self, x: Any) -> Any:
                return shape(dict(zip(UNITS, (head(x) for head in self.heads), strict=True)))

        model = Heads()
        model(np.zeros((1, 4)))
        return model

    return recipe


_EACH = {"left": {"a": "mse", "b": "mae"}, "right": "mse"}
_METRICS = {"left": {"a": ["mae"], "b": ["mse", "mae"]}, "right": ["mae"]}

#: what is special -> kind of model, structure, arguments of compile, whether samples have weights
CASES: dict[str, tuple[Any, Any, dict[str, Any], bool]] = {
    "one loss": (_functional, _dicts, {"loss": "mse"}, False),
    "each and factors": (
        _functional,
        _dicts,
        {"loss": _EACH, "loss_weights": {"left": {"a": 0.5, "b": 2.0}, "right": 3.0}},
        False,
    ),
    "a part": (_functional, _dicts, {"loss": {"left": {"b": "mae"}, "right": "mse"}}, False),
    "None": (_functional, _dicts, {"loss": {"left": {"a": None, "b": "mae"}}}, False),
    "in order": (
        _functional,
        _dicts,
        {"loss": ["mse", "mae", "mse"], "loss_weights": [0.5, 2.0, 3.0]},
        False,
    ),
    "metrics": (
        _functional,
        _dicts,
        {"loss": "mse", "metrics": _METRICS, "weighted_metrics": _METRICS},
        True,
    ),
    "metrics of a subclass": (
        _subclassed,
        _dicts,
        {"loss": _EACH, "metrics": _METRICS, "weighted_metrics": _METRICS},
        True,
    ),
    "lists": (
        _functional,
        _lists,
        {
            "loss": [["mse", "mae"], "mse"],
            "loss_weights": [[1.0, 2.0], 3.0],
            "metrics": [[["mae"], ["mse"]], ["mae"]],
        },
        False,
    ),
    "lists of a subclass": (_subclassed, _lists, {"loss": [["mse", "mae"], "mse"]}, True),
    "by name": (_functional, _lists, {"loss": {"a": "mse", "b": "mae", "c": "mse"}}, False),
    "mixed": (
        _functional,
        _mixed,
        {
            "loss": {"z": ["mse", "mae"], "y": ("mse",)},
            "metrics": {"z": [["mse"], ["mae"]], "y": (["mse"],)},
        },
        False,
    ),
    "named tuples": (
        _functional,
        _pairs,
        {
            "loss": Two("mse", Two("mae", "mse")),
            "metrics": Two(["mse"], Two(["mae"], ["mse"])),
        },
        False,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_logs(case: str) -> None:
    kind, shape, arguments, is_weighted = CASES[case]
    random = generator(case)
    pair = Pair.build(kind(shape), random)
    pair.compile(lambda k: k.optimizers.SGD(0.1), **arguments)
    x = floats(random.normal(size=(12, 4)))
    y = shape({n: floats(random.normal(size=(12, units))) for n, units in UNITS.items()})
    weights = shape({n: floats(random.random(12)) for n in UNITS}) if is_weighted else None
    options = {"sample_weight": weights, "batch_size": 6, "verbose": 0}
    pair.agree(lambda m: m.fit(x, y, epochs=2, shuffle=False, **options).history, case)
    pair.agree_on_weights(case)
    pair.agree(lambda m: m.evaluate(x, y, return_dict=True, **options), case)
    if len({name for name in arguments if "weighted" in name}) == 0:  # Keras repeats those
        ours, theirs = pair.both(lambda m: m.evaluate(x, y, **options))
        assert ours == pytest.approx(theirs, rel=1e-9)
    predictions = pair.both(lambda m: m.predict(x, verbose=0))
    assert len({repr(_form(found)) for found in predictions}) == 1


def _form(structure: Any) -> Any:
    """Return the structure with shapes in the place of arrays."""
    if isinstance(structure, dict):
        return {key: _form(structure[key]) for key in sorted(structure)}
    if isinstance(structure, list | tuple):
        return [type(structure).__name__, *map(_form, structure)]
    return structure.shape
