"""Distillation beside NumPy in float64, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu.distillation import (
    DistillationLoss,
    Distiller,
    FeatureDistillation,
    LogitsDistillation,
)
from cornu.layers import Dense
from cornu.losses import KLDivergence, MeanSquaredError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(40, 3)).astype("float32")
A, B = RANDOM.normal(size=(2, 5, 3))


@pytest.fixture
def net():
    """What makes a model of three inputs and one output, compiled."""
    cornu.set_seed(0)

    def make(optimizer="sgd", function=None, **options):
        layers = [Dense(4, activation=function, name="first"), Dense(1, name="last")]
        model = cornu.Sequential([cornu.Input((3,)), *layers], name="net")
        model.compile(optimizer, "mse", backend="reference", **options)
        return model

    return make


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def divergence(teacher, student, temperature):
    p, q = softmax(teacher / temperature), softmax(student / temperature)
    return (p * np.log(p / q)).sum(axis=-1).mean() * temperature**2


#: loss, outputs of teacher and student, what NumPy says
LOSSES = [
    (LogitsDistillation(2.0, KLDivergence()), A, B, divergence(A, B, 2.0)),
    (LogitsDistillation(4.0, "mse"), A, B, ((A - B) ** 2).mean() / 16),
    (LogitsDistillation(1.0, ["mse", None]), [A, A], [B, B], ((A - B) ** 2).mean()),
    (
        LogitsDistillation(2.0, {"p": KLDivergence(), "q": "mae"}),
        {"p": A, "q": A},
        {"p": B, "q": B},
        divergence(A, B, 2.0) + np.abs(A - B).mean() / 2,
    ),
    (FeatureDistillation(), A, B, ((A - B) ** 2).mean()),
    (FeatureDistillation(MeanSquaredError()), A, B, ((A - B) ** 2).mean()),
    (
        FeatureDistillation(["mse", "mae"]),
        [A, A],
        [B, B],
        ((A - B) ** 2).mean() + np.abs(A - B).mean(),
    ),
]


@pytest.mark.parametrize(("loss", "teacher", "student", "expected"), LOSSES)
def test_losses(loss, teacher, student, expected):
    loss.validate_outputs(teacher, student)
    assert float(loss.compute_loss(teacher, student)) == pytest.approx(expected, rel=1e-5)
    again = type(loss).from_config(loss.get_config())
    assert float(again.compute_loss(teacher, student)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("weight", [0, 0.25, 1.0])
def test_a_student_learns_from_both(net, weight):
    teacher, student = net(), net()
    student.set_weights([w * 0.5 for w in student.get_weights()])
    before = teacher.get_weights()
    y = X.sum(axis=1, keepdims=True)
    by_teacher, by_student = (m.predict(X, verbose=0).astype("float64") for m in (teacher, student))
    distiller = Distiller(
        teacher, student, [FeatureDistillation("mse")], [2.0], student_loss_weight=weight
    )
    distiller.compile("sgd", "mse", metrics=["mae"], backend="reference")
    logs = distiller.evaluate(X, y, batch_size=40, verbose=0, return_dict=True)
    of_student = ((by_student - y) ** 2).mean() if weight else 0.0
    of_teacher = 2 * ((by_student - by_teacher) ** 2).mean() if weight < 1 else 0.0
    assert logs["student_loss"] == pytest.approx(of_student, rel=1e-5)
    assert logs["distillation_loss"] == pytest.approx(of_teacher, rel=1e-5)
    total = weight * of_student + (1 - weight) * of_teacher
    assert [logs["loss"], logs["total_loss"]] == pytest.approx([total, total], rel=1e-5)
    assert logs["mae"] == pytest.approx(np.abs(by_student - y).mean(), rel=1e-5)
    history = distiller.fit(X, y, epochs=8, verbose=0).history["loss"]
    assert history[-1] < history[0] * 0.9
    for value, now in zip(before, teacher.get_weights(), strict=True):
        np.testing.assert_array_equal(value, now)
    np.testing.assert_array_equal(distiller.predict(X, verbose=0), student.predict(X, verbose=0))


def test_weights_of_samples_count_for_the_student(net):
    teacher, student = net(), net()
    y, w = X.sum(axis=1, keepdims=True), RANDOM.random(40)
    square = ((student.predict(X, verbose=0).astype("float64") - y) ** 2)[:, 0]
    for loss in ("mse", MeanSquaredError()):
        distiller = Distiller(teacher, student, FeatureDistillation("mse"))
        distiller.compile("sgd", loss)
        logs = distiller.evaluate(X, y, sample_weight=w, verbose=0, return_dict=True, batch_size=40)
        assert logs["student_loss"] == pytest.approx((square * w).mean(), rel=1e-5)


def test_features_of_layers(net):
    teacher, student = net(), net()
    student.set_weights([w * 0.5 for w in student.get_weights()])
    features = [FeatureDistillation("mse", "first", "first"), FeatureDistillation("mse")]
    distiller = Distiller(teacher, student, features, student_loss_weight=0.0)
    distiller.compile("sgd", "mse")
    y = X.sum(axis=1, keepdims=True)
    logs = distiller.evaluate(X, y, batch_size=40, verbose=0, return_dict=True)
    hidden, ours = X @ teacher.get_weights()[0], X @ student.get_weights()[0]
    ends = [m.predict(X, verbose=0) for m in (teacher, student)]
    expected = ((hidden - ours) ** 2).mean() + ((ends[0] - ends[1]) ** 2).mean()
    assert logs["loss"] == pytest.approx(expected, rel=1e-5)


class Subclassed(cornu.Model):
    def call(self, inputs):
        return inputs


def vector(units=3, name=None):
    x = cornu.Input((units,))
    return cornu.Model(x, x * 2.0, name=name)


#: what is called -> what is said
REFUSED = [
    (lambda: LogitsDistillation(0), "temperature=0 must be positive"),
    (lambda: LogitsDistillation("3"), "temperature must be a number; it is '3'"),
    (lambda: LogitsDistillation(loss=[None, None]), "leaves all out"),
    (lambda: FeatureDistillation(None), "leaves all out"),
    (lambda: Distiller(vector(), 3, LogitsDistillation()), "The student must be a Model"),
    (lambda: Distiller(vector(), vector(), None), "needs distillation_losses"),
    (lambda: Distiller(vector(), vector(), ["mse"]), "which is no DistillationLoss"),
    (
        lambda: Distiller(vector(), vector(), [LogitsDistillation()], [1.0, 2.0]),
        "holds 2 factors, but there are 1",
    ),
    (
        lambda: Distiller(vector(), vector(), LogitsDistillation(), student_loss_weight=2),
        "must be between 0 and 1",
    ),
    (
        lambda: Distiller(vector(3), vector(4), LogitsDistillation()),
        "inputs of teacher and student have different shapes",
    ),
    (
        lambda: Distiller(vector(), vector(), FeatureDistillation("mse", "nowhere")),
        "In the teacher: .*nowhere",
    ),
    (
        lambda: Distiller(Subclassed(), vector(), FeatureDistillation("mse", "a", "b")),
        "the teacher 'subclassed.*' is no graph of layers",
    ),
    (
        lambda: Distiller(vector(), vector(), LogitsDistillation()).compile("sgd"),
        "needs the loss of its student",
    ),
    (
        lambda: Distiller(vector(), vector(), LogitsDistillation()).compile("sgd", "mse", "m"),
        "metrics='m' must be a list",
    ),
]


@pytest.mark.parametrize(("call", "words"), REFUSED)
def test_what_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_loss_of_your_own_returns_one_number(net):
    class Each(DistillationLoss):
        def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
            return teacher_outputs - student_outputs

    distiller = Distiller(net(), net(), Each())
    distiller.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"Each.compute_loss.. returned values of shape"):
        distiller.fit(X, X[:, :1], verbose=0)
    with pytest.raises(NotImplementedError, match="DistillationLoss must define compute_loss"):
        DistillationLoss().compute_loss(A, B)
