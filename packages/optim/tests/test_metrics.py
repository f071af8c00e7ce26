"""Metrics over several batches against float64 formulas on all data at once."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from cornu import Variable, ops
from cornu.base.metric import Mean, MeanMetricWrapper, Metric
from cornu.errors import ShapeError
from cornu.plugins import registry
from cornu_data.symbolic.masks import set_mask
from cornu_optim import metrics
from cornu_optim.optimizers import SGD

RNG = np.random.default_rng(5)
N, BATCHES = 8, 3


def normal(*shape):
    return RNG.normal(size=(BATCHES * N, *shape)).astype("float32")


def shares(*shape):
    p = RNG.random((BATCHES * N, *shape)) + 0.1
    return (p / p.sum(-1, keepdims=True)).astype("float32")


def classes(c, *shape):
    return RNG.integers(0, c, (BATCHES * N, *shape))


def one_hot(c):
    return np.eye(c, dtype="float32")[classes(c)]


WEIGHT = RNG.random(BATCHES * N).astype("float32")
REAL = normal(3), normal(3)
ONE_HOT = one_hot(6), shares(6)
BINARY = classes(2, 3), RNG.random((BATCHES * N, 3)).astype("float32")


def counts(y, p, threshold, weight=1.0):
    y, positive = y.astype(bool), p > threshold
    return {
        "tp": (weight * (y & positive)).sum(),
        "fp": (weight * (~y & positive)).sum(),
        "tn": (weight * (~y & ~positive)).sum(),
        "fn": (weight * (y & ~positive)).sum(),
    }


THRESHOLDS = [None, 0.25, [0.1, 0.5, 0.8], [0.0, 0.25, 0.5, 0.75, 1.0]]


@pytest.mark.parametrize("thresholds", THRESHOLDS)
@pytest.mark.parametrize("weighted", [False, True])
def test_counts_precision_and_recall(thresholds, weighted, runner, accumulate):
    weight = WEIGHT[:, None] if weighted else 1.0
    listed = thresholds if isinstance(thresholds, list) else [thresholds or 0.5]
    c = [counts(*BINARY, t, weight) for t in listed]
    expected = {
        metrics.TruePositives: [d["tp"] for d in c],
        metrics.FalsePositives: [d["fp"] for d in c],
        metrics.TrueNegatives: [d["tn"] for d in c],
        metrics.FalseNegatives: [d["fn"] for d in c],
        metrics.Precision: [d["tp"] / max(d["tp"] + d["fp"], 1e-9) for d in c],
        metrics.Recall: [d["tp"] / (d["tp"] + d["fn"]) for d in c],
    }
    for make, values in expected.items():
        metric = make(thresholds=thresholds)
        found = accumulate(metric, BINARY, runner, WEIGHT if weighted else None)
        assert found.shape == (() if len(listed) == 1 else (len(listed),))
        np.testing.assert_allclose(found, np.squeeze(values), rtol=1e-5, atol=1e-5)


def test_only_the_best_scores_can_be_positive(runner, accumulate):
    y, p = BINARY
    chosen = p.argsort(-1).argsort(-1) >= 1  # all but the least of three
    found = accumulate(metrics.Precision(top_k=2), BINARY, runner)
    np.testing.assert_allclose(found, (y * chosen).sum() / chosen.sum(), rtol=1e-6)
    found = accumulate(metrics.Recall(top_k=2, class_id=1), BINARY, runner)
    np.testing.assert_allclose(found, (y * chosen)[:, 1].sum() / y[:, 1].sum(), rtol=1e-6)


def test_one_class_alone_needs_classes():
    with pytest.raises(ValueError, match="class_id=1"):
        metrics.Precision(class_id=1).update_state([1, 0], [0.5, 0.2])


def test_thresholds_out_of_range():
    with pytest.raises(ValueError, match=r"\[1.5\]"):
        metrics.Recall(thresholds=[0.5, 1.5])


RATES = {
    metrics.SensitivityAtSpecificity: lambda c: (
        c["tp"] / (c["tp"] + c["fn"]),
        c["tn"] / (c["tn"] + c["fp"]),
    ),
    metrics.SpecificityAtSensitivity: lambda c: (
        c["tn"] / (c["tn"] + c["fp"]),
        c["tp"] / (c["tp"] + c["fn"]),
    ),
    metrics.PrecisionAtRecall: lambda c: (
        c["tp"] / max(c["tp"] + c["fp"], 1),
        c["tp"] / (c["tp"] + c["fn"]),
    ),
    metrics.RecallAtPrecision: lambda c: (
        c["tp"] / (c["tp"] + c["fn"]),
        c["tp"] / max(c["tp"] + c["fp"], 1),
    ),
}


@pytest.mark.parametrize("make", RATES)
def test_operating_points(make, runner, accumulate):
    best = max(
        wanted
        for wanted, given in (RATES[make](counts(*BINARY, i / 49)) for i in range(50))
        if given >= 0.4
    )
    found = accumulate(make(0.4, num_thresholds=50), BINARY, runner)
    np.testing.assert_allclose(found, best, rtol=1e-6)


@pytest.mark.parametrize(
    "make", [lambda: metrics.PrecisionAtRecall(1.5), lambda: metrics.RecallAtPrecision(0.5, 0)]
)
def test_operating_points_out_of_range(make):
    with pytest.raises(ValueError, match=r"recall|num_thresholds"):
        make()


def test_area_under_roc_is_the_chance_of_the_right_order(runner, accumulate):
    y, p = (a.ravel()[: BATCHES * N] for a in BINARY)
    above = p[y == 1][:, None] - p[y == 0][None]
    chance = ((above > 0) + 0.5 * (above == 0)).mean()
    found = accumulate(metrics.AUC(num_thresholds=2000), (y, p), runner)
    np.testing.assert_allclose(found, chance, atol=2e-3)


@pytest.mark.parametrize("weighted", [False, True])
def test_areas_against_scikit_learn(weighted, accumulate):
    sk = pytest.importorskip("sklearn.metrics")
    y, p = classes(2), RNG.random(BATCHES * N).astype("float32")
    weight = WEIGHT if weighted else None
    roc = accumulate(metrics.AUC(num_thresholds=3000), (y, p), lambda f, *_: f, weight)
    assert float(roc) == pytest.approx(sk.roc_auc_score(y, p, sample_weight=weight), abs=2e-3)
    f1 = accumulate(metrics.F1Score(average="macro"), ONE_HOT, lambda f, *_: f, weight)
    expected = sk.f1_score(
        ONE_HOT[0].argmax(-1), ONE_HOT[1].argmax(-1), average="macro", sample_weight=weight
    )
    assert float(f1) == pytest.approx(expected, abs=1e-5)
    r2 = accumulate(metrics.R2Score(), REAL, lambda f, *_: f, weight)
    assert float(r2) == pytest.approx(sk.r2_score(*REAL, sample_weight=weight), abs=1e-4)


# An interpolated PR curve interpolates true positives instead: see the next test.
SUMS = [("ROC", "interpolation"), *product(["ROC", "PR"], ["minoring", "majoring"])]


@pytest.mark.parametrize(("curve", "summation"), SUMS)
def test_area_is_a_riemann_sum(curve, summation, runner, accumulate):
    limits = [-1e-7, 0.2, 0.7, 1 + 1e-7]
    c = [counts(*BINARY, t) for t in limits]
    recall = [d["tp"] / (d["tp"] + d["fn"]) for d in c]
    if curve == "ROC":
        x, y = [d["fp"] / (d["fp"] + d["tn"]) for d in c], recall
    else:
        x, y = recall, [d["tp"] / max(d["tp"] + d["fp"], 1) for d in c]
    height = {"interpolation": lambda a, b: (a + b) / 2, "minoring": min, "majoring": max}
    area = sum((x[i] - x[i + 1]) * height[summation](y[i], y[i + 1]) for i in range(3))
    metric = metrics.AUC(thresholds=[0.7, 0.2], curve=curve, summation_method=summation)
    np.testing.assert_allclose(accumulate(metric, BINARY, runner), area, rtol=1e-5)


def test_interpolated_precision_recall(runner, accumulate):
    limits = [-1e-7, 0.2, 0.7, 1 + 1e-7]
    c = [counts(*BINARY, t) for t in limits]
    tp, p = [d["tp"] for d in c], [d["tp"] + d["fp"] for d in c]
    area = 0.0
    for i in range(3):  # true positives rise linearly with positives; integrated numerically
        if p[i] == p[i + 1]:
            continue
        grid = np.linspace(max(p[i + 1], 1e-9), p[i], 200_001)
        hits = tp[i + 1] + (tp[i] - tp[i + 1]) * (grid - p[i + 1]) / (p[i] - p[i + 1])
        slope = (tp[i] - tp[i + 1]) / (p[i] - p[i + 1])
        area += slope * np.mean(hits / grid) * (p[i] - p[i + 1]) / (tp[0])
    metric = metrics.AUC(thresholds=[0.2, 0.7], curve="PR")
    np.testing.assert_allclose(accumulate(metric, BINARY, runner), area, rtol=1e-4)


def test_areas_of_labels_and_their_mean(runner, accumulate):
    y, p = BINARY
    each = [
        float(accumulate(metrics.AUC(num_thresholds=20), (y[:, i], p[:, i]), runner))
        for i in range(3)
    ]
    found = accumulate(metrics.AUC(num_thresholds=20, multi_label=True), BINARY, runner)
    np.testing.assert_allclose(found, np.mean(each), rtol=1e-5)
    weighted = metrics.AUC(num_thresholds=20, multi_label=True, label_weights=[1.0, 2.0, 5.0])
    expected = np.average(each, weights=[1, 2, 5])
    np.testing.assert_allclose(accumulate(weighted, BINARY, runner), expected, rtol=1e-5)


def test_area_from_logits(runner, accumulate):
    y, z = classes(2), normal()
    p = (1 / (1 + np.exp(-z.astype("float64")))).astype("float32")
    found = accumulate(metrics.AUC(from_logits=True), (y, z), runner)
    np.testing.assert_allclose(found, accumulate(metrics.AUC(), (y, p), runner), atol=1e-5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: metrics.AUC(num_thresholds=1),
        lambda: metrics.AUC(curve="ROI"),
        lambda: metrics.AUC(summation_method="trapezoid"),
        lambda: metrics.AUC(thresholds=[0.5, 2.0]),
        lambda: metrics.AUC(num_labels=3),
        lambda: metrics.FBetaScore(average="mean"),
        lambda: metrics.FBetaScore(beta=-1.0),
        lambda: metrics.FBetaScore(threshold=2.0),
        lambda: metrics.R2Score(class_aggregation="sum"),
        lambda: metrics.R2Score(num_regressors=-1),
        lambda: metrics.IoU(2, [2]),
    ],
)
def test_arguments_out_of_range(make):
    with pytest.raises(ValueError, match=r"."):
        make()


@pytest.mark.parametrize("metric", [metrics.R2Score(), metrics.F1Score()])
def test_shapes_that_do_not_fit(metric):
    with pytest.raises(ShapeError, match=r"\(batch, "):
        metric.update_state(np.ones((2, 3, 4)), np.ones((2, 3, 4)))


@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted"])
def test_f_beta(average, runner, accumulate):
    y, p = BINARY
    chosen = p > 0.5
    axis = None if average == "micro" else 0
    hits, taken, wanted = (a.sum(axis) for a in (y * chosen, chosen, y))
    precision, recall = hits / taken, hits / wanted
    scores = 5 * precision * recall / (4 * precision + recall)
    expected = {
        None: scores,
        "micro": scores,
        "macro": scores.mean(),
        "weighted": np.average(scores, weights=wanted if axis == 0 else None),
    }[average]
    metric = metrics.FBetaScore(average, beta=2.0, threshold=0.5)
    np.testing.assert_allclose(accumulate(metric, BINARY, runner), expected, rtol=1e-5)


def test_concordance(runner, accumulate):
    y, p = normal(7), normal(7)
    covariance = ((y - y.mean(1, keepdims=True)) * (p - p.mean(1, keepdims=True))).mean(1)
    expected = 2 * covariance / (y.var(1) + p.var(1) + (y.mean(1) - p.mean(1)) ** 2)
    found = accumulate(metrics.ConcordanceCorrelation(), (y, p), runner)
    np.testing.assert_allclose(found, expected.mean(), rtol=1e-4)


@pytest.mark.parametrize("aggregation", [None, "uniform_average", "variance_weighted_average"])
@pytest.mark.parametrize("regressors", [0, 2])
def test_r2(aggregation, regressors, runner, accumulate):
    y, p = (a.astype("float64") for a in REAL)
    total = ((y - y.mean(0)) ** 2).sum(0)
    scores = 1 - ((y - p) ** 2).sum(0) / total
    expected = {
        None: scores,
        "uniform_average": scores.mean(),
        "variance_weighted_average": np.average(scores, weights=total),
    }[aggregation]
    if regressors:
        n = y.size
        expected = 1 - (1 - expected) * (n - 1) / (n - regressors - 1)
    found = accumulate(metrics.R2Score(aggregation, regressors), REAL, runner)
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def iou(y, p, targets, keep):
    y, p = y[keep], p[keep]
    shares = [((y == t) & (p == t)).sum() / ((y == t) | (p == t)).sum() for t in targets]
    return np.mean(shares)


def test_intersection_over_union(runner, accumulate):
    y, p = classes(4), classes(4)
    everything = np.ones(len(y), bool)
    for metric, expected in (
        (metrics.IoU(4, [0, 2]), iou(y, p, [0, 2], everything)),
        (metrics.MeanIoU(4), iou(y, p, range(4), everything)),
        (metrics.MeanIoU(4, ignore_class=1), iou(y, p, [0, 1, 2, 3], y != 1)),
    ):
        np.testing.assert_allclose(accumulate(metric, (y, p), runner), expected, rtol=1e-5)
    eye = np.eye(4, dtype="float32")
    found = accumulate(metrics.OneHotMeanIoU(4), (eye[y], eye[p]), runner)
    np.testing.assert_allclose(found, iou(y, p, range(4), everything), rtol=1e-5)
    found = accumulate(metrics.OneHotIoU(4, [3]), (eye[y], eye[p]), runner)
    np.testing.assert_allclose(found, iou(y, p, [3], everything), rtol=1e-5)
    b, s = BINARY[0].ravel()[: len(y)], BINARY[1].ravel()[: len(y)]
    found = accumulate(metrics.BinaryIoU(threshold=0.25), (b, s), runner)
    np.testing.assert_allclose(found, iou(b, s >= 0.25, [0, 1], everything), rtol=1e-5)


@pytest.mark.parametrize("steps", [6, 4])
def test_a_weight_per_row_weighs_all_of_the_row(steps):
    """Also where there are as many steps as rows."""
    random = np.random.default_rng(steps)
    weight = random.random(6).astype("float32")
    each = np.repeat(weight[:, None], steps, 1)
    y, p = random.integers(0, 3, (2, 6, steps))
    scores = random.random((6, steps, 3)).astype("float32")
    for make, targets, predictions, whole in (
        (lambda: metrics.Precision(), np.eye(3)[y], scores, np.repeat(each[..., None], 3, 2)),
        (lambda: metrics.AUC(), y == 1, scores[..., 0], each),
        (lambda: metrics.MeanIoU(3, dtype="float32"), y, p, each),
        (lambda: metrics.SparseCategoricalAccuracy(), y, scores, each),
        (lambda: metrics.RootMeanSquaredError(), np.eye(3)[y], scores, each),
    ):
        by_row, by_value = make(), make()
        by_row.update_state(targets, predictions, sample_weight=weight)
        by_value.update_state(targets, predictions, sample_weight=whole)
        assert float(by_row.result()) == pytest.approx(float(by_value.result()), rel=1e-5)


def test_float_weights_need_a_float_confusion_matrix():
    y, p, w = [0, 1, 1, 1], [0, 1, 1, 0], np.array([0.25, 0.5, 0.25, 0.75])
    with pytest.warns(UserWarning, match="cut to whole numbers"):
        metrics.MeanIoU(3).update_state(y, p, w)
    metric = metrics.MeanIoU(2, dtype="float32")
    metric.update_state(y, p, w)
    assert float(metric.result()) == pytest.approx((0.25 / 1.0 + 0.75 / 1.5) / 2)


def test_classes_out_of_range_do_not_count():
    metric = metrics.MeanIoU(2)
    metric.update_state([0, 1, 7, 255], [0, 1, 1, 0])
    assert float(metric.result()) == pytest.approx(1.0)


CLASSES = [getattr(metrics, n) for n in metrics.__all__ if n[0].isupper()]
NEEDS = {
    "IoU": {"num_classes": 3, "target_class_ids": [0, 1]},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [0, 1]},
    "MeanIoU": {"num_classes": 3},
    "OneHotMeanIoU": {"num_classes": 3},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "SensitivitySpecificityBase": {"value": 0.5},
    "MeanMetricWrapper": {"fn": metrics.binary_accuracy},
    "Reduce": {"reduction": "sum"},
    "Metric": {},
}


@pytest.mark.parametrize("make", CLASSES)
def test_config(make):
    metric = make(name="mine", **NEEDS.get(make.__name__, {}))
    config = metric.get_config()
    assert config["name"] == "mine"
    assert make.from_config(config).get_config() == config


def test_reset(runner, accumulate):
    metric = metrics.AUC()
    accumulate(metric, (classes(2), RNG.random(BATCHES * N).astype("float32")), runner)
    metric.reset_states()
    assert all(not v.numpy().any() for v in metric.variables)
    assert float(metric.result()) == 0.0


def test_masked_positions_do_not_count():
    y_pred = np.float32([[1.0, 2.0, 9.0], [3.0, 4.0, 9.0]])
    set_mask(y_pred, np.array([[True, True, False]] * 2))
    metric = MeanMetricWrapper(lambda y_true, y_pred: y_pred)
    metric.update_state(np.zeros((2, 3)), y_pred)
    assert float(metric.result()) == 2.5


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mse", metrics.MeanSquaredError),
        ("MAE", metrics.MeanAbsoluteError),
        ("mean_squared_error", metrics.MeanSquaredError),
        ("auc", metrics.AUC),
        ("AUC", metrics.AUC),
        ("rmse", metrics.RootMeanSquaredError),
        ("root_mean_squared_error", metrics.RootMeanSquaredError),
        ("top_k_categorical_accuracy", metrics.TopKCategoricalAccuracy),
        ("logcosh", metrics.LogCoshError),
        ("r2_score", metrics.R2Score),
        ("f1_score", metrics.F1Score),
    ],
)
def test_strings(name, expected):
    assert isinstance(registry.get("metric", name), expected)


def test_a_metric_of_the_user(runner):
    class Largest(Metric):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.largest = self.add_weight("largest", initializer=-5.0)

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.largest.assign(ops.maximum(self.largest, ops.max(y_pred)))

        def result(self):
            return self.largest.value

    metric = Largest(name="largest")
    assert float(metric.result()) == -5.0
    step = runner(metric.update_state, *(d[:N] for d in REAL))
    step(*(d[:N] for d in REAL))
    assert float(metric.result()) == pytest.approx(REAL[1][:N].max())
    assert metric.variables[0].path == "largest/largest"


def test_metrics_inside_a_metric():
    class Pair(Metric):
        def __init__(self):
            super().__init__(name="pair")
            self.one, self.two = Mean(name="one"), metrics.Sum(name="two")

        def update_state(self, values):
            self.one.update_state(values)
            self.two.update_state(values)

        def result(self):
            return {"one": self.one.result(), "two": self.two.result()}

    pair = Pair()
    assert {k: float(v) for k, v in pair([1.0, 3.0]).items()} == {"one": 2.0, "two": 4.0}
    assert len(pair.variables) == 3
    pair.reset_state()
    assert float(pair.result()["two"]) == 0.0


def test_metrics_and_variables_in_lists_and_dicts_of_a_metric(net, rows):
    class Several(metrics.Metric):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.means = [metrics.Mean(name="one"), {"x": (metrics.Mean(name="other"),)}]
            self.seen = {"batches": Variable(np.float32(0.0), name="batches")}
            self.first = self.means[0]  # once more

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.means[0].update_state(y_true)
            self.means[1]["x"][0].update_state(y_pred)
            self.seen["batches"].assign(self.seen["batches"] + 1.0)

        def result(self):
            return self.means[0].result() - self.means[1]["x"][0].result() + self.seen["batches"]

    metric = Several()
    assert [v.name for v in metric.variables] == ["total", "count", "total", "count", "batches"]
    for _ in range(2):
        metric.update_state([1.0, 3.0], [0.5, 0.5])
        assert float(metric.result()) == 2.5
        metric.reset_state()
    model = net(SGD(0.0), metrics=[Several(name="several")])
    history = model.fit(*rows, epochs=2, verbose=0, shuffle=False).history["several"]
    assert history[0] == pytest.approx(history[1])  # each epoch starts anew


def test_stateless_use_changes_nothing():
    metric = Mean()
    metric.update_state([4.0])
    state = metric.stateless_update_state([np.float32(0), np.float32(0)], [1.0, 2.0])
    assert float(metric.stateless_result(state)) == 1.5
    assert [float(v) for v in metric.stateless_reset_state()] == [0.0, 0.0]
    assert float(metric.result()) == 4.0


def test_base_class_says_what_is_missing():
    with pytest.raises(NotImplementedError, match="update_state"):
        Metric().update_state([0.0], [0.0])
    with pytest.raises(NotImplementedError, match="result"):
        Metric().result()


def test_state_before_the_base_class():
    class Hasty(Metric):
        def __init__(self):
            self.add_variable((), "zeros")

    with pytest.raises(RuntimeError, match=r"super\(\).__init__"):
        Hasty()
