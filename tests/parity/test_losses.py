"""Each loss: as a function, as a class with weights and reductions, and in training."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
import numpy as np
import pytest

import cornu
from tests.parity.sides import Pair, Recipe, assert_agree, floats, generator
from tests.parity.skips import require


class Kind(NamedTuple):
    """How targets and predictions of a loss look; both are functions of a generator."""

    targets: Any
    predictions: Any


def _distribution(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    values = floats(random.random(shape)) + 0.05
    return values / values.sum(-1, keepdims=True)


def _one_hot(random: np.random.Generator) -> np.ndarray:
    return floats(np.eye(4)[random.integers(0, 4, 6)])


def _normal(random: np.random.Generator) -> np.ndarray:
    return floats(random.normal(size=(6, 4)))


def _positive(random: np.random.Generator) -> np.ndarray:
    return floats(random.random((6, 4))) + 0.1


KINDS = {
    "values": Kind(_normal, _normal),
    "positive": Kind(_positive, _positive),
    "binary": Kind(lambda r: floats(r.integers(0, 2, (6, 4))), _positive),
    "unit": Kind(
        lambda r: floats(r.integers(0, 2, (6, 4))),
        lambda r: floats(r.random((6, 4))),
    ),
    "logits": Kind(lambda r: floats(r.integers(0, 2, (6, 4))), _normal),
    "classes": Kind(_one_hot, lambda r: _distribution(r, (6, 4))),
    "class logits": Kind(_one_hot, _normal),
    "distributions": Kind(lambda r: _distribution(r, (6, 4)), lambda r: _distribution(r, (6, 4))),
    "indices": Kind(lambda r: r.integers(0, 4, 6), lambda r: _distribution(r, (6, 4))),
    "index column": Kind(lambda r: r.integers(0, 4, (6, 1)), lambda r: _distribution(r, (6, 4))),
    "index logits": Kind(lambda r: r.integers(0, 4, 6), _normal),
    "labels": Kind(lambda r: r.integers(0, 3, (6, 4)), lambda r: r.integers(0, 3, (6, 4))),
    "index series": Kind(lambda r: r.integers(0, 4, (6, 3)), lambda r: _distribution(r, (6, 3, 4))),
    "label series": Kind(
        lambda r: r.integers(1, 4, (6, 3)), lambda r: floats(r.normal(size=(6, 8, 4)))
    ),
    "signs": Kind(lambda r: floats(r.choice([-1.0, 1.0], (6, 4))), _normal),
}

#: function, kind, arguments
FUNCTIONS: list[tuple[str, str, dict]] = [
    ("mean_squared_error", "values", {}),
    ("mean_absolute_error", "values", {}),
    ("mean_absolute_percentage_error", "values", {}),
    ("mean_squared_logarithmic_error", "positive", {}),
    ("log_cosh", "values", {}),
    ("huber", "values", {}),
    ("huber", "values", {"delta": 0.3}),
    ("cosine_similarity", "values", {}),
    ("cosine_similarity", "values", {"axis": 0}),
    ("poisson", "positive", {}),
    ("kl_divergence", "distributions", {}),
    ("hinge", "signs", {}),
    ("hinge", "binary", {}),
    ("squared_hinge", "signs", {}),
    ("categorical_hinge", "classes", {}),
    ("binary_crossentropy", "unit", {}),
    ("binary_crossentropy", "unit", {"label_smoothing": 0.1}),
    ("binary_crossentropy", "logits", {"from_logits": True}),
    ("binary_crossentropy", "logits", {"from_logits": True, "label_smoothing": 0.2}),
    ("categorical_crossentropy", "classes", {}),
    ("categorical_crossentropy", "classes", {"label_smoothing": 0.1}),
    ("categorical_crossentropy", "class logits", {"from_logits": True}),
    ("categorical_crossentropy", "class logits", {"from_logits": True, "label_smoothing": 0.1}),
    ("categorical_crossentropy", "distributions", {"axis": 0}),
    ("sparse_categorical_crossentropy", "indices", {}),
    ("sparse_categorical_crossentropy", "index column", {}),
    ("sparse_categorical_crossentropy", "index series", {}),
    ("sparse_categorical_crossentropy", "index logits", {"from_logits": True}),
    ("sparse_categorical_crossentropy", "indices", {"ignore_class": 2}),
    ("binary_focal_crossentropy", "unit", {}),
    ("binary_focal_crossentropy", "unit", {"apply_class_balancing": True, "gamma": 1.5}),
    ("categorical_focal_crossentropy", "classes", {}),
    ("categorical_generalized_cross_entropy", "indices", {"q": 0.4}),
    ("dice", "unit", {}),
    ("tversky", "unit", {"alpha": 0.3, "beta": 0.7}),
    ("circle", "indices", {}),
    ("ctc", "label series", {}),
]

#: class, kind, arguments
CLASSES: list[tuple[str, str, dict]] = [
    ("MeanSquaredError", "values", {}),
    ("MeanAbsoluteError", "values", {}),
    ("MeanAbsolutePercentageError", "values", {}),
    ("MeanSquaredLogarithmicError", "positive", {}),
    ("LogCosh", "values", {}),
    ("Huber", "values", {"delta": 0.5}),
    ("CosineSimilarity", "values", {}),
    ("Poisson", "positive", {}),
    ("KLDivergence", "distributions", {}),
    ("Hinge", "signs", {}),
    ("SquaredHinge", "signs", {}),
    ("CategoricalHinge", "classes", {}),
    ("BinaryCrossentropy", "unit", {}),
    ("BinaryCrossentropy", "unit", {"label_smoothing": 0.1}),
    ("BinaryCrossentropy", "logits", {"from_logits": True}),
    ("CategoricalCrossentropy", "classes", {}),
    ("CategoricalCrossentropy", "class logits", {"from_logits": True, "label_smoothing": 0.1}),
    ("SparseCategoricalCrossentropy", "indices", {}),
    ("SparseCategoricalCrossentropy", "index logits", {"from_logits": True}),
    ("SparseCategoricalCrossentropy", "index series", {"ignore_class": 1}),
    ("BinaryFocalCrossentropy", "unit", {}),
    ("CategoricalFocalCrossentropy", "classes", {}),
    ("CategoricalGeneralizedCrossEntropy", "indices", {}),
    ("Dice", "unit", {}),
    ("Tversky", "unit", {}),
    ("Circle", "indices", {}),
    ("CTC", "label series", {}),
]

#: Which weights a loss can take, where it is not all of them.
WEIGHTS: dict[str, Any] = {
    "Dice": lambda w: (),  # one value for the whole batch: nothing to weigh
    "Tversky": lambda w: (),
    "Circle": lambda w: (w,),
    "SparseCategoricalCrossentropy-index series": lambda w: (np.outer(w, w[:3]),),
}

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


def _name(row: tuple[str, str, dict]) -> str:
    name, kind, arguments = row
    return "-".join([name, kind, *(f"{key}={value}" for key, value in arguments.items())])


def _label(row: tuple[str, str, dict]) -> str:
    name, kind, _ = row
    return f"{name}-{kind}" if f"{name}-{kind}" in WEIGHTS else name


def _data(row: tuple[str, str, dict]) -> tuple[np.ndarray, np.ndarray]:
    random = generator(_name(row))
    kind = KINDS[row[1]]
    return kind.targets(random), kind.predictions(random)


@pytest.mark.usefixtures("precision")
@pytest.mark.parametrize("row", FUNCTIONS, ids=_name)
def test_functions(row: tuple[str, str, dict]) -> None:
    name, _, arguments = row
    require(f"keras.losses.{name}")
    y_true, y_pred = _data(row)
    ours = getattr(cornu.losses, name)(y_true, y_pred, **arguments)
    tensors = map(keras.ops.convert_to_tensor, (y_true, y_pred))
    assert_agree(ours, getattr(keras.losses, name)(*tensors, **arguments), name)


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("row", CLASSES, ids=_name)
def test_classes_reduce_and_weigh(row: tuple[str, str, dict], reduction: str | None) -> None:
    name, _, arguments = row
    require(f"keras.losses.{name}")
    y_true, y_pred = _data(row)
    ours, theirs = (
        getattr(k.losses, name)(reduction=reduction, **arguments) for k in (cornu, keras)
    )
    assert_agree(ours(y_true, y_pred), theirs(y_true, y_pred), name)
    weights = floats(generator(name).random(6))
    for weight in WEIGHTS.get(_label(row), lambda w: (w, w[:, None], 0.3))(weights):
        assert_agree(
            ours(y_true, y_pred, sample_weight=weight),
            theirs(y_true, y_pred, sample_weight=weight),
            f"{name} with weights of shape {np.shape(weight)}",
        )


HEADS = {
    "positive": "softplus",
    "unit": "sigmoid",
    "binary": None,
    "classes": "softmax",
    "distributions": "softmax",
    "indices": "softmax",
    "index column": "softmax",
}


#: what is special -> the optimizer, and the number of steps
TRAINING: dict[str, tuple[Recipe, int]] = {
    "gradient": (lambda k: k.optimizers.SGD(1.0), 1),
    "weighted": (lambda k: k.optimizers.Adam(0.01), 10),
}


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("special", TRAINING)
@pytest.mark.parametrize("row", [row for row in CLASSES if "series" not in row[1]], ids=_name)
def test_training(row: tuple[str, str, dict], special: str) -> None:
    name, kind, arguments = row
    require(f"keras.losses.{name}")
    random = generator(_name(row))
    y_true = KINDS[kind].targets(random)
    x = floats(random.normal(size=(6, 3)))
    pair = Pair.build(
        lambda k: k.Sequential([k.Input((3,)), k.layers.Dense(4, activation=HEADS.get(kind))]),
        random,
    )
    before = pair.theirs.get_weights()
    optimizer, steps = TRAINING[special]
    pair.compile(optimizer, lambda k: getattr(k.losses, name)(**arguments))
    weigh = special == "weighted" and name not in ("Dice", "Tversky")
    weights = floats(random.random(6)) if weigh else None
    for step in range(steps):
        pair.agree(
            lambda m: m.train_on_batch(x, y_true, sample_weight=weights),
            f"{name}: loss at step {step}",
        )
    pair.agree_on_change(before, name)


#: Keras 2's short and old names, and what they mean.
ALIASES = {
    "mse": "mean_squared_error",
    "MSE": "mean_squared_error",
    "mae": "mean_absolute_error",
    "MAE": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
    "cosine_proximity": "cosine_similarity",
    "bce": "binary_crossentropy",
}


@pytest.mark.parametrize("alias", ALIASES)
def test_old_names(alias: str) -> None:
    random = generator(alias)
    y_true, y_pred = _positive(random), _positive(random)
    if "crossentropy" in ALIASES[alias]:
        y_true, y_pred = KINDS["unit"].targets(random), KINDS["unit"].predictions(random)
    theirs = getattr(keras.losses, ALIASES[alias])(y_true, y_pred)
    assert_agree(cornu.losses.get(alias)(y_true, y_pred), theirs, alias)
