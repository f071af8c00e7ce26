"""Each metric: three batches, with and without weights, give live Keras' result; functions too."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import cornu
from tests.parity.sides import Pair, assert_agree, floats, generator
from tests.parity.skips import require
from tests.parity.test_losses import FUNCTIONS as LOSSES
from tests.parity.test_losses import KINDS

#: class, kind of data, arguments
METRICS: list[tuple[str, str, dict]] = [
    ("MeanSquaredError", "values", {}),
    ("RootMeanSquaredError", "values", {}),
    ("MeanAbsoluteError", "values", {}),
    ("MeanAbsolutePercentageError", "values", {}),
    ("MeanSquaredLogarithmicError", "positive", {}),
    ("LogCoshError", "values", {}),
    ("CosineSimilarity", "values", {}),
    ("KLDivergence", "distributions", {}),
    ("Poisson", "positive", {}),
    ("Hinge", "signs", {}),
    ("SquaredHinge", "signs", {}),
    ("CategoricalHinge", "classes", {}),
    ("Accuracy", "labels", {}),
    ("BinaryAccuracy", "unit", {}),
    ("BinaryAccuracy", "unit", {"threshold": 0.3}),
    ("CategoricalAccuracy", "classes", {}),
    ("SparseCategoricalAccuracy", "indices", {}),
    ("SparseCategoricalAccuracy", "index series", {}),
    ("TopKCategoricalAccuracy", "classes", {"k": 2}),
    ("SparseTopKCategoricalAccuracy", "indices", {"k": 2}),
    ("BinaryCrossentropy", "unit", {}),
    ("BinaryCrossentropy", "logits", {"from_logits": True}),
    ("CategoricalCrossentropy", "classes", {}),
    ("CategoricalCrossentropy", "class logits", {"from_logits": True, "label_smoothing": 0.1}),
    ("SparseCategoricalCrossentropy", "indices", {}),
    ("TruePositives", "unit", {}),
    ("TrueNegatives", "unit", {}),
    ("FalsePositives", "unit", {"thresholds": [0.3, 0.6]}),
    ("FalseNegatives", "unit", {}),
    ("Precision", "unit", {}),
    ("Precision", "unit", {"thresholds": [0.2, 0.7]}),
    ("Precision", "unit", {"top_k": 2}),
    ("Precision", "unit", {"class_id": 1}),
    ("Recall", "unit", {}),
    ("Recall", "unit", {"top_k": 2, "class_id": 2}),
    ("AUC", "unit", {}),
    ("AUC", "unit", {"curve": "PR", "num_thresholds": 50}),
    ("AUC", "unit", {"multi_label": True}),
    ("AUC", "logits", {"from_logits": True}),
    ("AUC", "unit", {"summation_method": "majoring"}),
    ("PrecisionAtRecall", "unit", {"recall": 0.5}),
    ("RecallAtPrecision", "unit", {"precision": 0.5}),
    ("SensitivityAtSpecificity", "unit", {"specificity": 0.5}),
    ("SpecificityAtSensitivity", "unit", {"sensitivity": 0.5}),
    ("F1Score", "classes", {}),
    ("F1Score", "unit", {"average": "micro", "threshold": 0.5}),
    ("FBetaScore", "classes", {"beta": 2.0, "average": "macro"}),
    ("R2Score", "values", {}),
    ("R2Score", "values", {"class_aggregation": None}),
    ("PearsonCorrelation", "values", {}),
    ("ConcordanceCorrelation", "values", {}),
    ("OneHotIoU", "classes", {"num_classes": 4, "target_class_ids": [0, 2]}),
    ("OneHotMeanIoU", "classes", {"num_classes": 4}),
    ("BinaryIoU", "unit", {"target_class_ids": [0, 1], "threshold": 0.4}),
]

#: Metrics of Keras whose update takes no weights of samples, or only of its own shape.
UNWEIGHTED = {"PearsonCorrelation", "ConcordanceCorrelation"}

#: Metrics that want a weight for each number, not for each sample.
WHOLE_WEIGHTS = {"BinaryIoU"}

FUNCTIONS: list[tuple[str, str, dict]] = [
    *(row for row in LOSSES if hasattr(keras.metrics, row[0])),
    ("pearson_correlation", "values", {}),
    ("concordance_correlation", "values", {"axis": 0}),
    ("binary_accuracy", "unit", {}),
    ("categorical_accuracy", "classes", {}),
    ("sparse_categorical_accuracy", "indices", {}),
    ("top_k_categorical_accuracy", "classes", {"k": 2}),
    ("sparse_top_k_categorical_accuracy", "indices", {"k": 2}),
]


def _name(row: tuple[str, str, dict]) -> str:
    name, kind, arguments = row
    return "-".join([name, kind, *(f"{key}={value}" for key, value in arguments.items())])


def _data(kind: str, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return KINDS[kind].targets(random), KINDS[kind].predictions(random)


#: metric, and whether its values are weighed
BATCHES = [
    pytest.param(row, weighted, id=f"{_name(row)}-{'weighted' if weighted else 'plain'}")
    for row in METRICS
    for weighted in ([False] if row[0] in UNWEIGHTED else [False, True])
]


@pytest.mark.usefixtures("precision")
@pytest.mark.parametrize(("row", "weighted"), BATCHES)
def test_three_batches(row: tuple[str, str, dict], weighted: bool) -> None:
    name, kind, arguments = row
    require(f"keras.metrics.{name}")
    random = generator(_name(row))
    ours, theirs = (getattr(k.metrics, name)(**arguments) for k in (cornu, keras))
    for batch in range(3):
        y_true, y_pred = _data(kind, random)
        weights = floats(random.random(6)) if weighted else None
        if weighted and (kind == "index series" or name in WHOLE_WEIGHTS):
            weights = np.repeat(weights[:, None], y_true.shape[1], axis=1)
        for metric in (ours, theirs):
            metric.update_state(y_true, y_pred, sample_weight=weights)
        assert_agree(ours.result(), theirs.result(), f"{name} after batch {batch}")
    for metric in (ours, theirs):
        metric.reset_state()
        metric.update_state(*_data(kind, generator("after the reset")))
    assert_agree(ours.result(), theirs.result(), f"{name} after a reset")


@pytest.mark.usefixtures("precision")
@pytest.mark.parametrize("row", FUNCTIONS, ids=_name)
def test_functions(row: tuple[str, str, dict]) -> None:
    name, kind, arguments = row
    require(f"keras.metrics.{name}")
    y_true, y_pred = _data(kind, generator(_name(row)))
    ours, theirs = (getattr(k.metrics, name)(y_true, y_pred, **arguments) for k in (cornu, keras))
    assert_agree(ours, theirs, name)


OF_VALUES = ["Mean", "Sum"]


@pytest.mark.usefixtures("precision")
@pytest.mark.parametrize("name", OF_VALUES)
def test_of_values(name: str) -> None:
    random = generator(name)
    ours, theirs = (getattr(k.metrics, name)() for k in (cornu, keras))
    for _ in range(3):
        values, weights = floats(random.normal(size=(2, 5)))
        for metric in (ours, theirs):
            metric.update_state(values, sample_weight=weights)
    assert_agree(ours.result(), theirs.result(), name)


OF_CLASS_MAPS = ["IoU", "MeanIoU"]


@pytest.mark.usefixtures("precision")
@pytest.mark.parametrize("name", OF_CLASS_MAPS)
def test_of_class_maps(name: str) -> None:
    require(f"keras.metrics.{name}")
    random = generator(name)
    arguments: dict[str, Any] = {"num_classes": 3}
    if name == "IoU":
        arguments["target_class_ids"] = [0, 2]
    ours, theirs = (getattr(k.metrics, name)(**arguments) for k in (cornu, keras))
    for _ in range(2):
        y_true, y_pred = random.integers(0, 3, (2, 4, 5))
        for metric in (ours, theirs):
            metric.update_state(y_true, y_pred)
    assert_agree(ours.result(), theirs.result(), name)


#: which accuracy the string 'accuracy' means: output units, activation, loss, kind of targets
ACCURACIES = {
    "binary": (1, "sigmoid", "binary_crossentropy", lambda r: r.integers(0, 2, (12, 1))),
    "binary flat": (1, "sigmoid", "binary_crossentropy", lambda r: r.integers(0, 2, 12)),
    "many binary": (3, "sigmoid", "binary_crossentropy", lambda r: r.integers(0, 2, (12, 3))),
    "categorical": (
        3,
        "softmax",
        "categorical_crossentropy",
        lambda r: floats(np.eye(3)[r.integers(0, 3, 12)]),
    ),
    "sparse": (3, "softmax", "sparse_categorical_crossentropy", lambda r: r.integers(0, 3, 12)),
}


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("string", ["accuracy", "acc"])
@pytest.mark.parametrize("name", ACCURACIES)
def test_accuracy_by_name(name: str, string: str) -> None:
    units, activation, loss, targets = ACCURACIES[name]
    random = generator(name)
    x, y = floats(random.normal(size=(12, 4))), targets(random)
    pair = Pair.build(
        lambda k: k.Sequential([k.Input((4,)), k.layers.Dense(units, activation=activation)]),
        random,
    )
    pair.compile(lambda k: "sgd", loss, metrics=[string])
    pair.agree(lambda m: m.evaluate(x, y, verbose=0, return_dict=True), name)
    pair.agree(lambda m: m.fit(x, y, verbose=0, shuffle=False, batch_size=5).history, name)
