"""Structures of outputs: of losses, factors, metrics, targets and weights; beside NumPy.

What live Keras calls its logs is what stands here; `tests/parity/test_structures.py` asks it.
"""

from __future__ import annotations

from collections import namedtuple
from functools import partial
from typing import Any

import numpy as np
import pytest

from cornu import Input
from cornu.models import Model
from cornu_engine import tree
from cornu_engine.errors import DataError

Pair = namedtuple("Pair", "left right")

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(10, 4)).astype("float32")
UNITS = {"a": 1, "b": 2, "c": 3}
Y = {name: RANDOM.normal(size=(10, n)).astype("float32") for name, n in UNITS.items()}
W, V = RANDOM.random((2, 10)).astype("float32")


def dicts(h: Any) -> Any:
    return {"left": {"a": h["a"], "b": h["b"]}, "right": h["c"]}


def lists(h: Any) -> Any:
    return [[h["a"], h["b"]], h["c"]]


def mixed(h: Any) -> Any:
    return {"z": [h["a"], h["b"]], "y": (h["c"],)}


def pairs(h: Any) -> Any:
    return Pair(h["a"], Pair(h["b"], h["c"]))


def flat(h: Any) -> Any:
    return {"b": h["b"], "a": h["a"]}


def functional(parts: Any, shape: Any) -> Any:
    x = Input((4,), name="x")
    return Model(x, shape({n: parts.Dense(Y[n].shape[1], name=n)(x) for n in Y}))


def subclassed(parts: Any, shape: Any) -> Any:
    class Heads(Model):
        def __init__(self) -> None:
            super().__init__()
            self.heads = [parts.Dense(Y[n].shape[1], name=n) for n in Y]

        def call(self, x: Any) -> Any:
            return shape(dict(zip(Y, (head(x) for head in self.heads), strict=True)))

    return Heads()


def heads(parts: Any) -> dict[str, np.ndarray]:
    """What each output predicts."""
    return dict(functional(parts, dict).predict(X, verbose=0))


def absolute(y: Any, p: Any) -> Any:
    return abs(y - p)


def error(name: str, predicted: Any, kind: str, weight: Any = None) -> float:
    difference = Y[name].astype("float64") - predicted[name]
    each = (difference**2 if kind == "s" else np.abs(difference)).mean(axis=1)
    return float((each * (1.0 if weight is None else weight)).mean())


#: what is special -> structure, arguments of compile ("s": squares), names of the losses in logs,
#: the sum: of each output a factor and a kind
CASES: dict[str, tuple[Any, dict[str, Any], list[str], dict[str, tuple[float, str]]]] = {
    "one for all": (
        dicts,
        {"loss": "s"},
        ["left/a", "left/b", "right"],
        {"a": (1, "s"), "b": (1, "s"), "c": (1, "s")},
    ),
    "the same structure": (
        dicts,
        {"loss": {"left": {"a": "s", "b": absolute}, "right": "s"}},
        ["left/a", "left/b", "right"],
        {"a": (1, "s"), "b": (1, "a"), "c": (1, "s")},
    ),
    "a part of it": (
        dicts,
        {"loss": {"left": {"b": absolute}, "right": "s"}},
        ["left/b", "right"],
        {"b": (1, "a"), "c": (1, "s")},
    ),
    "None for some": (
        dicts,
        {"loss": {"left": {"a": None, "b": "s"}, "right": None}},
        [],
        {"b": (1, "s")},
    ),
    "None for several": (dicts, {"loss": {"left": None, "right": "s"}}, [], {"c": (1, "s")}),
    "one for several": (
        dicts,
        {"loss": {"left": "s"}},
        ["left/a", "left/b"],
        {"a": (1, "s"), "b": (1, "s")},
    ),
    "factors": (
        dicts,
        {
            "loss": {"left": {"a": "s", "b": absolute}, "right": "s"},
            "loss_weights": {"left": {"a": 0.5, "b": 2.0}, "right": 3.0},
        },
        ["left/a", "left/b", "right"],
        {"a": (0.5, "s"), "b": (2, "a"), "c": (3, "s")},
    ),
    "factors in order": (
        dicts,
        {"loss": {"right": "s", "left": {"b": "s", "a": "s"}}, "loss_weights": [0.5, 2.0, 3.0]},
        ["right", "left/b", "left/a"],
        {"a": (0.5, "s"), "b": (2, "s"), "c": (3, "s")},
    ),
    "factors of some": (
        dicts,
        {"loss": "s", "loss_weights": {"left": 2.0}},
        ["left/a", "left/b", "right"],
        {"a": (2, "s"), "b": (2, "s"), "c": (1, "s")},
    ),
    "in order": (
        dicts,
        {"loss": ["s", absolute, "s"]},
        ["left/a", "left/b", "right"],
        {"a": (1, "s"), "b": (1, "a"), "c": (1, "s")},
    ),
    "dict in another order": (
        flat,
        {"loss": {"b": "s", "a": absolute}},
        ["b", "a"],
        {"a": (1, "a"), "b": (1, "s")},
    ),
    "lists": (
        lists,
        {"loss": [["s", absolute], "s"], "loss_weights": [[1.0, 2.0], 3.0]},
        ["0/a", "0/b", "c"],
        {"a": (1, "s"), "b": (2, "a"), "c": (3, "s")},
    ),
    "lists for tuples": (
        lambda h: ((h["a"], h["b"]), h["c"]),
        {"loss": [["s", None], "s"]},
        ["0/a", "c"],
        {"a": (1, "s"), "c": (1, "s")},
    ),
    "lists by name": (
        lists,
        {"loss": {"a": "s", "c": "s"}},
        ["0/a", "c"],
        {"a": (1, "s"), "c": (1, "s")},
    ),
    "lists in dicts": (
        mixed,
        {"loss": {"z": ["s", absolute], "y": ("s",)}},
        ["z/a", "z/b", "y/c"],
        {"a": (1, "s"), "b": (1, "a"), "c": (1, "s")},
    ),
    "named tuples": (
        pairs,
        {"loss": Pair("s", Pair(absolute, None))},
        ["a", "1/b"],
        {"a": (1, "s"), "b": (1, "a")},
    ),
    "alone": (lambda h: {"p": {"q": [h["a"]]}}, {"loss": {"p": {"q": ["s"]}}}, [], {"a": (1, "s")}),
}


def resolved(parts: Any, structure: Any) -> Any:
    if structure == "s":
        return parts.mse
    if isinstance(structure, dict):
        return {key: resolved(parts, part) for key, part in structure.items()}
    if isinstance(structure, list | tuple):
        made = [resolved(parts, part) for part in structure]
        return type(structure)(*made) if hasattr(structure, "_fields") else type(structure)(made)
    return structure


@pytest.mark.parametrize("case", CASES)
def test_losses(parts, case):
    shape, arguments, names, terms = CASES[case]
    model = functional(parts, shape)
    model.compile(parts.SGD(0.0), **resolved(parts, arguments), backend=parts.backend)
    predicted = heads(parts)
    logs = model.fit(X, shape(Y), validation_data=(X, shape(Y)), verbose=0, shuffle=False).history
    expected = {"loss": sum(f * error(n, predicted, kind) for n, (f, kind) in terms.items())}
    for name in names:
        _, kind = terms[leaf := {"left": "a", "right": "c"}.get(name, name[-1])]
        expected[f"{name}_loss"] = error(leaf, predicted, kind)
    assert [*expected, *(f"val_{name}" for name in expected)] == sorted(
        logs, key=lambda name: (name[:4] == "val_", [*expected].index(name.removeprefix("val_")))
    )
    for name, value in expected.items():
        assert logs[name][0] == pytest.approx(value, rel=1e-5), name
        assert logs[f"val_{name}"][0] == pytest.approx(value, rel=1e-5), name
    ordered = model.evaluate(X, shape(Y), verbose=0)  # the losses as they were given
    assert ordered == pytest.approx([*expected.values()] if names else expected["loss"], rel=1e-5)
    batch = model.train_on_batch(X, shape(Y), return_dict=True)
    assert batch == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("make", [functional, subclassed])
@pytest.mark.parametrize("shape", [dicts, lists, mixed, pairs])
def test_predictions_have_the_structure(parts, make, shape):
    model = make(parts, shape)
    found = model.predict(X, batch_size=4, verbose=0)
    expected = shape(heads(parts))
    # a sum of four numbers of about one, in batches of another size in another order
    agree = partial(np.testing.assert_allclose, rtol=1e-6, atol=1e-6)
    tree.map_structure(agree, found, expected)
    assert str(tree.map_structure(np.shape, found)) == str(tree.map_structure(np.shape, expected))


#: what is special -> structure, metrics, names in logs of a functional model, of a subclassed one
METRICS: dict[str, tuple[Any, Any, list[str], list[str]]] = {
    "dicts": (
        dicts,
        {"left": {"a": ["m"], "b": ["m", "m"]}, "right": "m"},
        ["a_m", "b_m", "b_m_1", "c_m"],
        ["m", "m_1", "m_2", "m_3"],
    ),
    "None for some": (dicts, {"left": {"a": None, "b": ["m"]}, "right": None}, ["b_m"], ["m"]),
    "some": (dicts, {"left": {"b": ["m"]}}, ["b_m"], ["m"]),
    "none for several": (dicts, {"left": [], "right": ["m"]}, ["c_m"], ["m"]),
    "lists": (lists, [[["m"], ["m"]], ["m"]], ["a_m", "b_m", "c_m"], ["m", "m_1", "m_2"]),
    "pairs": (pairs, Pair(["m"], Pair(["m"], None)), ["a_m", "b_m"], ["m", "m_1"]),
    "one for all": (dicts, ["m"], ["a_m", "b_m", "c_m"], ["m", "m_1", "m_2"]),
}


@pytest.mark.parametrize("case", METRICS)
def test_metrics(parts, case):
    shape, given, named, unnamed = METRICS[case]

    def m(y: Any, p: Any) -> Any:
        return (y - p) ** 2

    def asked(structure: Any) -> Any:
        if structure == "m":
            return m
        if isinstance(structure, dict):
            return {key: asked(part) for key, part in structure.items()}
        if isinstance(structure, tuple):
            return type(structure)(*map(asked, structure))
        return list(map(asked, structure)) if isinstance(structure, list) else structure

    for make, names in ((functional, named), (subclassed, unnamed)):
        model = make(parts, shape)
        metrics = asked(given)
        model.compile(parts.SGD(0.0), parts.mse, metrics=metrics, backend=parts.backend)
        logs = model.evaluate(X, shape(Y), verbose=0, return_dict=True)
        assert sorted(name for name in logs if not name.endswith("loss")) == sorted(names), make
        in_order = model.evaluate(X, shape(Y), verbose=0)
        assert in_order == [logs[name] for name in model.metrics_names]


def test_losses_of_subclassed_models(parts):
    for shape, names in (
        (dicts, ["left/a_loss", "left/b_loss", "right_loss"]),
        (mixed, ["y/mse_loss", "z/mse_loss", "z/mse_1_loss"]),  # Keras loses one of the two
    ):
        model = subclassed(parts, shape)
        model.compile(parts.SGD(), parts.mse, backend=parts.backend)
        logs = model.evaluate(X, shape(Y), verbose=0, return_dict=True)
        assert sorted(logs) == sorted(["loss", *names])


#: structure, its part of two outputs, the other one, the first output of the part, the other one
WHOLES = [(dicts, "left", "right", "a", "c"), (lists, 0, 1, "a", "c"), (pairs, 1, 0, "b", "a")]


@pytest.mark.parametrize(("shape", "part", "other", "first", "last"), WHOLES)
def test_a_function_that_takes_a_structure(parts, shape, part, other, first, last):
    def twice_the_first(y: Any, p: Any) -> Any:
        y, p = (next(iter(x.values())) if isinstance(x, dict) else x[0] for x in (y, p))
        return (y - p) ** 2 * 2.0

    model = functional(parts, shape)
    losses: Any = {part: twice_the_first, other: parts.mse}
    factors: Any = {part: 0.5, other: 1.0}
    if shape is not dicts:
        losses, factors = ([given[0], given[1]] for given in (losses, factors))
    model.compile(parts.SGD(0.0), losses, loss_weights=factors, backend=parts.backend)
    total, *each = model.evaluate(X, shape(Y), verbose=0)
    predicted = heads(parts)
    # the function gives two values for each sample where the output has two
    expected = [2 * error(first, predicted, "s"), error(last, predicted, "s")]
    assert sorted(each) == pytest.approx(sorted(expected), rel=1e-5)
    assert total == pytest.approx(expected[0] / 2 + expected[1], rel=1e-5)
    with pytest.raises(DataError, match="takes several outputs together"):
        model.fit(X, shape(Y), sample_weight=W, verbose=0)


#: what is special -> targets
TARGETS = {
    "the same": dicts(Y),
    "in order": [Y["a"], Y["b"], Y["c"]],
    "by name": {"a": Y["a"], "b": Y["b"], "c": Y["c"]},
    "a list of dicts": [{"a": Y["a"], "b": Y["b"]}, Y["c"]],
}


@pytest.mark.parametrize("case", TARGETS)
def test_targets(parts, case):
    model = functional(parts, lists if case == "a list of dicts" else dicts)
    y = lists(Y) if case == "a list of dicts" else TARGETS[case]
    model.compile(parts.SGD(0.0), parts.mse, backend=parts.backend)
    predicted = heads(parts)
    expected = sum(error(name, predicted, "s") for name in Y)
    assert model.evaluate(X, y, verbose=0)[0] == pytest.approx(expected, rel=1e-5)


def test_targets_for_those_with_a_loss_alone(parts):
    model = functional(parts, dicts)
    losses = {"left": {"a": None, "b": parts.mse}, "right": None}
    model.compile(parts.SGD(0.0), losses, backend=parts.backend)
    whole = model.evaluate(X, dicts(Y), verbose=0)
    assert model.evaluate(X, {"left": {"b": Y["b"]}}, verbose=0) == whole
    assert model.evaluate(X, Y["b"], verbose=0) == whole


#: what is special -> sample weights, those of each output
WEIGHTS = {
    "one for all": (W, {"a": W, "b": W, "c": W}),
    "the same structure": ({"left": {"a": W, "b": V}, "right": W}, {"a": W, "b": V, "c": W}),
    "None for some": ({"left": {"a": W, "b": None}, "right": None}, {"a": W}),
    "some": ({"left": {"b": V}}, {"b": V}),
    "for several": ({"left": V}, {"a": V, "b": V}),
    "in order": ([W, V, W], {"a": W, "b": V, "c": W}),
}


@pytest.mark.parametrize("case", WEIGHTS)
@pytest.mark.parametrize("make", [functional, subclassed])
def test_sample_weights(parts, case, make):
    given, by_name = WEIGHTS[case]
    model = make(parts, dicts)
    metrics = {"left": {"a": [absolute]}}
    model.compile(parts.SGD(0.0), parts.mse, weighted_metrics=metrics, backend=parts.backend)
    predicted = heads(parts)
    expected = sum(error(name, predicted, "s", by_name.get(name)) for name in Y)
    logs = model.fit(X, dicts(Y), sample_weight=given, verbose=0, shuffle=False).history
    assert logs["loss"][0] == pytest.approx(expected, rel=1e-5)
    weight = by_name.get("a", np.ones(10))
    absolute_error = np.abs(Y["a"] - predicted["a"])[:, 0]
    weighted = float((absolute_error * weight).sum() / weight.sum())
    name = "a_absolute" if make is functional else "absolute"
    assert logs[name][0] == pytest.approx(weighted, rel=1e-5)


@pytest.mark.parametrize(
    ("shape", "options", "words"),
    [
        (dicts, {"loss": {"left": {"zz": absolute}}}, r"loss\['left'\] has an entry for 'zz', but"),
        (dicts, {"loss": {"rihgt": absolute}}, r"loss has an entry for 'rihgt'.*mean 'right'"),
        (lists, {"loss": [[absolute], absolute]}, r"loss\[0\] holds 1 entries.* 2 outputs there"),
        (lists, {"loss": absolute, "metrics": [[absolute] * 3, []]}, r"metrics\[0\] holds 3"),
        (lists, {"loss": absolute, "loss_weights": [1.0] * 4}, "loss_weights holds 4 entries"),
        (
            dicts,
            {"loss": absolute, "metrics": {"left": {"q": absolute}}},
            r"metrics\['left'\] has an entry for 'q'",
        ),
    ],
)
def test_what_belongs_nowhere(parts, shape, options, words):
    model = functional(parts, shape)
    model.compile(parts.SGD(), **options, backend=parts.backend)
    with pytest.raises(DataError, match=words):
        model.fit(X, shape(Y), verbose=0)


def test_a_missing_target_is_named(parts):
    model = functional(parts, dicts)
    model.compile(parts.SGD(), parts.mse, backend=parts.backend)
    with pytest.raises(DataError, match="Output 'b' has the loss 'mse', but y holds no target"):
        model.fit(X, {"left": {"a": Y["a"]}, "right": Y["c"]}, verbose=0)
    with pytest.raises(DataError, match=r"sample_weight\['left'\] has an entry for 'x'"):
        model.fit(X, dicts(Y), sample_weight={"left": {"x": W}}, verbose=0)


def test_class_numbers_at_the_ends_of_a_structure(parts):
    model = functional(parts, lambda h: {"left": {"kind": h["c"]}, "right": h["a"]})
    losses = {"left": {"kind": parts.sparse}, "right": parts.mse}
    model.compile(parts.SGD(), losses, backend=parts.backend)
    y = {"left": {"kind": np.arange(10) % 4}, "right": Y["a"]}
    with pytest.raises(DataError, match="holds class 3"):
        model.fit(X, y, verbose=0)
