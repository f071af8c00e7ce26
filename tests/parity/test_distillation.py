"""Students of teachers: the same losses, history and weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.parity.sides import Pair, assert_agree, computing_in, floats, generator

pytestmark = pytest.mark.usefixtures("float64")


def _pair(k: Any) -> tuple[Any, Any]:
    teacher, student = (
        k.Sequential(
            [
                k.Input((4,)),
                k.layers.Dense(units, activation="tanh", name="hidden"),
                k.layers.Dense(3, name="logits"),
            ],
            name=name,
        )
        for name, units in (("teacher", 6), ("student", 6))
    )
    return teacher, student


def _two(k: Any) -> tuple[Any, Any]:
    def model(name: str) -> Any:
        x = k.Input((4,))
        heads = (k.layers.Dense(3, name="a")(x), k.layers.Dense(2, name="b")(x))
        return k.Model(x, heads, name=name)

    return model("teacher"), model("student")


#: what is special -> models, losses of distillation, further arguments, loss of the student
CASES: dict[str, tuple[Any, Any, dict[str, Any], Any]] = {
    "logits": (
        _pair,
        lambda k: k.distillation.LogitsDistillation(3.0, k.losses.KLDivergence()),
        {},
        lambda k: k.losses.SparseCategoricalCrossentropy(from_logits=True),
    ),
    "name of a loss": (
        _pair,
        lambda k: k.distillation.LogitsDistillation(2.0, "mean_squared_error"),
        {"student_loss_weight": 0.2},
        lambda k: "mean_absolute_error",
    ),
    "features": (
        _pair,
        lambda k: [
            k.distillation.LogitsDistillation(2.0, k.losses.KLDivergence()),
            k.distillation.FeatureDistillation("mse", "hidden", "hidden"),
        ],
        {"distillation_loss_weights": [1.0, 0.5]},
        lambda k: k.losses.SparseCategoricalCrossentropy(from_logits=True),
    ),
    "several outputs": (
        _two,
        lambda k: k.distillation.FeatureDistillation(("mse", None)),
        {"student_loss_weight": 0.7},
        # Live Keras takes tuples alone: it wraps lists and dicts, and then takes them for others.
        lambda k: (k.losses.MeanSquaredError(), k.losses.MeanAbsoluteError()),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_history(case: str) -> None:
    models, losses, arguments, loss = CASES[case]
    random = generator(case)

    def recipe(k: Any) -> Any:
        return k.distillation.Distiller(*models(k), losses(k), **arguments)

    x = floats(random.normal(size=(12, 4)))
    if case == "several outputs":
        y: Any = tuple(floats(random.normal(size=(12, n))) for n in (3, 2))
    elif case == "name of a loss":
        y = floats(random.normal(size=(12, 3)))
    else:
        y = random.integers(0, 3, 12)
    pair = Pair(*map(recipe, _sides()))
    for role in ("teacher", "student"):
        theirs = getattr(pair.theirs, role)
        values = [floats(random.normal(scale=0.5, size=w.shape)) for w in theirs.weights]
        for distiller in (pair.ours, pair.theirs):
            getattr(distiller, role).set_weights(values)
    pair.compile(lambda k: k.optimizers.SGD(0.1), loss)
    options = {"batch_size": 6, "verbose": 0}
    pair.agree(lambda m: m.fit(x, y, epochs=2, shuffle=False, **options).history, case)
    for role in ("teacher", "student"):
        assert_agree(*pair.both(lambda m, role=role: getattr(m, role).get_weights()), role)
    pair.agree(lambda m: m.evaluate(x, y, return_dict=True, **options), "evaluate")


def _sides() -> tuple[Any, Any]:
    import keras

    import cornu

    return cornu, keras


def test_the_name_of_a_divergence_takes_outputs_as_they_are() -> None:
    """Live Keras gives softmax to `KLDivergence` objects alone."""
    random = generator("divergence")
    outputs = [random.random((5, 3)) for _ in range(2)]
    with computing_in("float64"):
        for loss in ("kl_divergence", None):
            ours, theirs = (
                k.distillation.LogitsDistillation(
                    3.0, k.losses.KLDivergence() if loss is None else loss
                ).compute_loss(*outputs)
                for k in _sides()
            )
            assert_agree(np.asarray(ours), np.asarray(theirs), str(loss))
