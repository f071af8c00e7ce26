"""Losses against float64 formulas, their derivatives, reductions, weights and masks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cornu import ops
from cornu.plugins import registry
from cornu.testing import check_grads
from cornu_data.symbolic.masks import set_mask
from cornu_optim import losses
from cornu_optim.losses import Loss, LossFunctionWrapper

RNG = np.random.default_rng(11)
EPS = 1e-7


def normal(*shape):
    return RNG.normal(size=shape)


def shares(*shape):
    p = RNG.random(shape) + 0.1
    return p / p.sum(-1, keepdims=True)


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def one_hot(n, c):
    return np.eye(c)[RNG.integers(0, c, n)]


def bce(y, p):
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def huber(y, p, delta):
    e = np.abs(p - y)
    return np.where(e <= delta, 0.5 * e**2, delta * e - 0.5 * delta**2).mean(-1)


def focal(y, p):
    return (0.25 * (1 - p) ** 2 * -y * np.log(p)).sum(-1)


REAL = normal(5, 3), normal(5, 3)
POSITIVE = RNG.random((5, 3)) + 0.5, RNG.random((5, 3)) + 0.5
SIGNS = np.where(RNG.random((5, 3)) < 0.5, -1.0, 1.0), normal(5, 3)
SHARES = shares(5, 4), shares(5, 4)
BINARY = (RNG.random((5, 3)) < 0.5) * 1.0, RNG.random((5, 3)) * 0.8 + 0.1
CLASSES = one_hot(5, 4), shares(5, 4)
LOGITS = one_hot(5, 4), normal(5, 4)

# function, targets and predictions, arguments, formula
CASES = {
    "mean_squared_error": (REAL, {}, lambda y, p: ((y - p) ** 2).mean(-1)),
    "mean_absolute_error": (REAL, {}, lambda y, p: np.abs(y - p).mean(-1)),
    "mean_absolute_percentage_error": (
        REAL,
        {},
        lambda y, p: 100 * np.abs((y - p) / y).mean(-1),
    ),
    "mean_squared_logarithmic_error": (
        POSITIVE,
        {},
        lambda y, p: ((np.log(1 + y) - np.log(1 + p)) ** 2).mean(-1),
    ),
    "huber": (REAL, {"delta": 0.5}, lambda y, p: huber(y, p, 0.5)),
    "log_cosh": (REAL, {}, lambda y, p: np.log(np.cosh(p - y)).mean(-1)),
    "cosine_similarity": (REAL, {}, lambda y, p: -(unit(y) * unit(p)).sum(-1)),
    "hinge": (SIGNS, {}, lambda y, p: np.maximum(1 - y * p, 0).mean(-1)),
    "squared_hinge": (SIGNS, {}, lambda y, p: (np.maximum(1 - y * p, 0) ** 2).mean(-1)),
    "categorical_hinge": (
        CLASSES,
        {},
        lambda y, p: np.maximum(((1 - y) * p).max(-1) - (y * p).sum(-1) + 1, 0),
    ),
    "kl_divergence": (SHARES, {}, lambda y, p: (y * np.log(y / p)).sum(-1)),
    "poisson": (POSITIVE, {}, lambda y, p: (p - y * np.log(p + EPS)).mean(-1)),
    "binary_crossentropy": (BINARY, {}, lambda y, p: bce(y, p).mean(-1)),
    "binary_crossentropy smoothed": (
        BINARY,
        {"label_smoothing": 0.2},
        lambda y, p: bce(0.8 * y + 0.1, p).mean(-1),
    ),
    "binary_crossentropy logits": (
        (BINARY[0], normal(5, 3)),
        {"from_logits": True},
        lambda y, z: bce(y, 1 / (1 + np.exp(-z))).mean(-1),
    ),
    "categorical_crossentropy": (CLASSES, {}, lambda y, p: -(y * np.log(p)).sum(-1)),
    "categorical_crossentropy smoothed": (
        CLASSES,
        {"label_smoothing": 0.2},
        lambda y, p: -((0.8 * y + 0.05) * np.log(p)).sum(-1),
    ),
    "categorical_crossentropy logits": (
        LOGITS,
        {"from_logits": True},
        lambda y, z: -(y * np.log(softmax(z))).sum(-1),
    ),
    "sparse_categorical_crossentropy": (
        (np.array([0, 3, 1, 2, 1]), shares(5, 4)),
        {},
        lambda y, p: -np.log(p[np.arange(5), y]),
    ),
    "sparse_categorical_crossentropy logits": (
        (np.array([0, 3, 1, 2, 1]), normal(5, 4)),
        {"from_logits": True},
        lambda y, z: -np.log(softmax(z)[np.arange(5), y]),
    ),
    "binary_focal_crossentropy": (
        BINARY,
        {},
        lambda y, p: ((1 - (y * p + (1 - y) * (1 - p))) ** 2 * bce(y, p)).mean(-1),
    ),
    "categorical_focal_crossentropy": (CLASSES, {}, focal),
    "dice": (
        BINARY,
        {"axis": (1,)},
        lambda y, p: 1 - 2 * (y * p).sum(1) / (y.sum(1) + p.sum(1) + EPS),
    ),
    "tversky": (
        BINARY,
        {"alpha": 0.25, "beta": 0.75, "axis": (1,)},
        lambda y, p: (
            1
            - (y * p).sum(1)
            / ((y * p).sum(1) + 0.25 * (y * (1 - p)).sum(1) + 0.75 * ((1 - y) * p).sum(1) + EPS)
        ),
    ),
    "categorical_generalized_cross_entropy": (
        (np.array([0, 3, 1, 2, 1]), shares(5, 4)),
        {"q": 0.5},
        lambda y, p: (1 - p[np.arange(5), y] ** 0.5) / 0.5,
    ),
}
CLASS_NAMES = [
    n
    for n in losses.__all__
    if n[0].isupper() and n not in ("Loss", "LossFunctionWrapper", "Reduction")
]


def function_of(case):
    return getattr(losses, case.split()[0])


@pytest.mark.parametrize("case", CASES)
def test_formula(case, runner):
    (y_true, y_pred), arguments, formula = CASES[case]
    call = runner(lambda y, p: function_of(case)(y, p, **arguments), y_true, y_pred)
    np.testing.assert_allclose(call(y_true, y_pred), formula(y_true, y_pred), rtol=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_derivative(case):
    (y_true, y_pred), arguments, _ = CASES[case]
    check_grads(lambda p: function_of(case)(y_true, p, **arguments), [y_pred])


def test_circle_against_its_sum_over_pairs():
    labels = np.array([0, 1, 0, 1, 2])
    x = unit(normal(5, 3))
    distance = np.maximum(1 - x @ x.T, 0)
    expected = []
    for i in range(5):
        near = [j for j in range(5) if labels[j] == labels[i] and j != i]
        far = [j for j in range(5) if labels[j] != labels[i]]
        pull = sum(np.exp(-2 * (0.4 + distance[i, j]) * (0.4 - distance[i, j])) for j in near)
        push = sum(np.exp(2 * max(1.4 - distance[i, j], 0) * (0.6 - distance[i, j])) for j in far)
        expected.append(np.log1p(pull * push))
    np.testing.assert_allclose(losses.circle(labels, x, gamma=2.0), expected, rtol=1e-6)


def ctc_by_paths(labels, probabilities):
    """Add up all paths that read the labels once repetitions, then blanks, are taken out."""
    total = 0.0
    for path in itertools.product(range(probabilities.shape[1]), repeat=len(probabilities)):
        read = [k for k, _ in itertools.groupby(path) if k != 0]
        if read == list(labels):
            total += np.prod(probabilities[np.arange(len(path)), path])
    return -np.log(total)


def test_ctc_against_all_paths(runner):
    y_true, z = np.array([[1, 2], [2, 2], [1, 0], [0, 0]]), normal(4, 5, 3)
    read = [[1, 2], [2, 2], [1], []]
    expected = [ctc_by_paths(r, softmax(x)) for r, x in zip(read, z, strict=True)]
    found = runner(losses.ctc, y_true, z)(y_true, z)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_ctc_derivative():
    y_true = np.array([[1, 2], [2, 2], [1, 0]])
    check_grads(lambda z: losses.ctc(y_true, z), [normal(3, 4, 3)])


def test_ctc_shapes():
    with pytest.raises(ValueError, match=r"\(batch, labels\)"):
        losses.ctc([1, 2], normal(2, 3, 4))


VALUES = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def identity(y_true, y_pred):
    return y_pred


@pytest.mark.parametrize(
    ("reduction", "weight", "expected"),
    [
        ("sum_over_batch_size", None, 3.5),
        ("mean", None, 3.5),
        ("sum", None, 21.0),
        ("none", None, VALUES),
        (None, None, VALUES),
        ("mean_with_sample_weight", None, 3.5),
        ("sum_over_batch_size", [[1.0], [0.0]], 1.0),
        ("sum", [[1.0], [0.5]], 13.5),
        ("mean_with_sample_weight", [[1.0], [0.5]], 13.5 / 1.5),
        ("none", [[1.0], [0.0]], [[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]]),
        ("sum", VALUES, 91.0),
    ],
)
def test_reduction_and_weight(reduction, weight, expected, runner):
    loss = LossFunctionWrapper(identity, reduction=reduction)
    call = runner(lambda p: loss(p, p, sample_weight=weight), VALUES)
    np.testing.assert_allclose(call(VALUES), expected, rtol=1e-6)


def test_reductions_of_keras_2_are_known():
    for name in losses.Reduction.all():
        losses.MeanSquaredError(reduction=name)


def test_unknown_reduction():
    with pytest.raises(ValueError, match="'average'"):
        losses.MeanSquaredError(reduction="average")


@pytest.mark.parametrize(
    ("reduction", "weight", "expected"),
    [
        ("sum_over_batch_size", None, 2.5),  # the mean of what counts
        ("sum", None, 10.0),
        ("mean_with_sample_weight", None, 2.5),
        ("mean_with_sample_weight", [[1.0], [3.0]], 24.0 / 8.0),
        ("none", None, [[1.0, 2.0, 0.0], [3.0, 4.0, 0.0]]),
    ],
)
def test_masked_positions_do_not_count(reduction, weight, expected):
    y_pred = np.float32([[1.0, 2.0, 9.0], [3.0, 4.0, 9.0]])
    set_mask(y_pred, np.array([[True, True, False]] * 2))
    weight = None if weight is None else np.broadcast_to(weight, (2, 3))
    found = LossFunctionWrapper(identity, reduction=reduction)(y_pred, y_pred, weight)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_ignored_class_does_not_count(runner):
    y_true, y_pred = np.array([[0, 1, -1], [2, -1, -1]]), shares(2, 3, 3)
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    expected = -np.log([y_pred[0, 0, 0], y_pred[0, 1, 1], y_pred[1, 0, 2]]).mean()
    np.testing.assert_allclose(runner(loss, y_true, y_pred)(y_true, y_pred), expected, rtol=1e-6)
    check_grads(
        lambda p: losses.sparse_categorical_crossentropy(y_true, p, ignore_class=-1), [y_pred]
    )


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_vectors_and_columns_are_one(shape):
    y_true, y_pred = normal(4), normal(4, 1)
    found = losses.MeanSquaredError(dtype="float64")(y_true.reshape(shape), y_pred)
    np.testing.assert_allclose(found, ((y_true - y_pred[:, 0]) ** 2).mean(), rtol=1e-12)


def test_zero_and_one_are_signs_to_a_hinge():
    y_pred = normal(4, 3)
    zeros_and_ones = (RNG.random((4, 3)) < 0.5) * 1.0
    np.testing.assert_array_equal(
        losses.hinge(zeros_and_ones, y_pred), losses.hinge(2 * zeros_and_ones - 1, y_pred)
    )


def test_whole_numbers_stay_whole():
    seen = []

    def look(y_true, y_pred):
        seen.append(y_true.dtype)
        return y_pred

    LossFunctionWrapper(look)(np.array([16777217]), np.ones(1))
    look.integer_targets = True
    LossFunctionWrapper(look)(np.array([16777217]), np.ones(1))
    assert [d.kind for d in seen] == ["f", "i"]


def test_targets_may_be_a_dict():
    def difference(y_true, y_pred):
        return y_pred["a"] - y_true["a"]

    assert float(LossFunctionWrapper(difference)({"a": [1.0]}, {"a": [3.0]})) == 2.0


def test_one_class_is_a_mistake():
    with pytest.warns(SyntaxWarning, match="binary_crossentropy"):
        losses.categorical_crossentropy([[1.0]], [[0.5]])


def test_axis_is_no_boolean():
    with pytest.raises(ValueError, match="axis"):
        losses.categorical_crossentropy([[1.0, 0.0]], [[0.5, 0.5]], axis=True)


def test_share_of_a_generalized_crossentropy():
    with pytest.raises(ValueError, match="between 0 and 1"):
        losses.CategoricalGeneralizedCrossEntropy(q=1.5)


@pytest.mark.parametrize("name", CLASS_NAMES)
def test_config(name):
    loss = getattr(losses, name)(reduction="sum", name="mine")
    config = loss.get_config()
    assert config["reduction"] == "sum"
    assert type(loss).from_config(config).get_config() == config


@pytest.mark.parametrize("name", CLASS_NAMES)
def test_arguments_reach_the_function(name):
    import inspect

    made = getattr(losses, name)
    own = set(inspect.signature(made).parameters) - {"reduction", "name", "dtype"}
    assert set(made()._fn_kwargs) == own


def test_config_of_a_function():
    loss = LossFunctionWrapper(losses.huber, delta=0.5, name="mine")
    config = loss.get_config()
    assert config["delta"] == 0.5
    assert config["name"] == "mine"


@pytest.mark.parametrize(
    ("alias", "function"),
    [
        ("mse", losses.mean_squared_error),
        ("MSE", losses.mean_squared_error),
        ("mean_squared_error", losses.mean_squared_error),
        ("mae", losses.mean_absolute_error),
        ("MAPE", losses.mean_absolute_percentage_error),
        ("msle", losses.mean_squared_logarithmic_error),
        ("kld", losses.kl_divergence),
        ("kullback_leibler_divergence", losses.kl_divergence),
        ("bce", losses.binary_crossentropy),
        ("logcosh", losses.log_cosh),
        ("huber_loss", losses.huber),
        ("cosine_proximity", losses.cosine_similarity),
    ],
)
def test_strings(alias, function):
    assert registry.get("loss", alias) is function


def test_a_class_by_its_name():
    assert isinstance(registry.get("loss", "BinaryCrossentropy"), losses.BinaryCrossentropy)


@pytest.mark.parametrize(
    "loss",
    [
        "categorical_crossentropy",
        losses.categorical_crossentropy,
        losses.CategoricalCrossentropy(),
        LossFunctionWrapper(losses.categorical_crossentropy),
    ],
)
def test_what_is_a_categorical_crossentropy(loss):
    assert losses.is_categorical_crossentropy(loss)
    assert not losses.is_categorical_crossentropy(losses.MeanSquaredError())


def test_a_loss_of_the_user(runner):
    class Cubic(Loss):
        def call(self, y_true, y_pred):
            return ops.mean(ops.abs(y_true - y_pred) ** 3, axis=-1)

    y_true, y_pred = REAL
    found = runner(Cubic(name="cubic"), y_true, y_pred)(y_true, y_pred)
    np.testing.assert_allclose(found, (np.abs(y_true - y_pred) ** 3).mean(), rtol=1e-6)


def test_base_class_says_what_is_missing():
    with pytest.raises(NotImplementedError, match="call"):
        Loss()([0.0], [0.0])


def test_ctc_reads_as_many_labels_as_are_not_blank(runner):
    """Recorded from Keras 3.15: the last row is read as 1, 2, 0."""
    y_true = np.array([[1, 2, 1, 0], [1, 2, 0, 2]])
    z = ((np.arange(24).reshape(2, 4, 3) - 12) / 100).astype("float32")
    found = runner(losses.ctc, y_true, z)(y_true, z)
    np.testing.assert_allclose(found, [2.4429314, 2.4543598], rtol=2e-6)
