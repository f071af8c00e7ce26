"""Weights of samples, of steps and of classes, beside the same by hand in float64."""

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.base import Layer
from cornu.errors import DataError
from cornu.models.input_layer import Input
from cornu.models.model import Model
from cornu_data.symbolic.masks import set_mask

RNG = np.random.default_rng(7)
STEPS, CLASSES = 5, 3


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


class AsIs(Layer):
    """Hands on what it gets, `last` of it masked."""

    def __init__(self, last=0, **kwargs):
        super().__init__(**kwargs)
        self.last = last
        self.supports_masking = True

    def call(self, x):
        x = x * 1.0
        if self.last:
            steps = ops.arange(x.shape[1]) < x.shape[1] - self.last
            set_mask(x, ops.logical_or(steps, ops.zeros(x.shape[:2], "bool")))
        return x


def shown(model, x, y, batch_size=None, **weights):
    """The loss that `evaluate` and `fit` show, equal as nothing is trained."""
    found = model.evaluate(x, y, batch_size=batch_size, verbose=0, **weights)
    trained = model.fit(x, y, batch_size=batch_size, shuffle=False, verbose=0, **weights)
    first = found if isinstance(found, float) else found[0]
    assert trained.history["loss"][0] == pytest.approx(first, rel=1e-6)
    return found


class Fit:
    """A model of no weights whose class weights can be evaluated: by one epoch of `fit`."""

    def __init__(self, model):
        self.model = model

    def loss(self, x, y, **weights):
        return self.model.fit(x, y, verbose=0, shuffle=False, **weights).history["loss"][0]


@pytest.fixture
def identity(parts):
    def make(shape, loss, last=0, **options):
        model = parts.Sequential([Input(shape), AsIs(last)])
        model.compile(parts.SGD(0.1), loss, backend=parts.backend, **options)
        return model

    return make


def scalar(y, p):
    return ops.mean(ops.square(y - p))


def dice(y, p):
    return 1.0 - 2.0 * ops.sum(y * p) / (ops.sum(y) + ops.sum(p))


X = RNG.random((8, 4)).astype("float32")
Y = (RNG.random((8, 4)) < 0.5).astype("float32")
W = RNG.random(8).astype("float32") * 3
BY_HAND = {
    scalar: lambda y, p: np.mean((y - p) ** 2),
    dice: lambda y, p: 1 - 2 * np.sum(y * p) / (np.sum(y) + np.sum(p)),
}


@pytest.mark.parametrize("size", [8, 3, 7])
@pytest.mark.parametrize("loss", BY_HAND, ids=lambda f: f.__name__)
def test_a_loss_that_is_one_number(identity, loss, size):
    """Each batch counts its mean weight times; of the reduction "sum" there is none to take."""
    model = identity((4,), loss)
    wanted = sum(
        BY_HAND[loss](Y[i : i + size], X[i : i + size]) * W[i : i + size].sum()
        for i in range(0, 8, size)
    )
    found = shown(model, X, Y, size, sample_weight=W)
    assert found == pytest.approx(wanted / 8, rel=1e-5)
    column = shown(model, X, Y, size, sample_weight=W[:, None])
    assert column == pytest.approx(found, rel=1e-6)


def test_class_weights_of_a_loss_that_is_one_number(identity):
    model = identity((1,), scalar)
    y = Y[:, :1]
    wanted = np.mean((y - X[:, :1]) ** 2) * np.where(y[:, 0] == 1, 3.0, 0.5).mean()
    found = Fit(model).loss(X[:, :1], y, class_weight={0: 0.5, 1: 3.0})
    assert found == pytest.approx(wanted, rel=1e-5)


def crossentropy(tags, p):
    return -np.log(np.take_along_axis(softmax(p), tags[..., None], -1)[..., 0])


@pytest.fixture
def tagged(parts):
    def own(y, p):
        return ops.sparse_categorical_crossentropy(y, ops.softmax(p))

    own.integer_targets = True
    return own


LOGITS = RNG.normal(size=(11, STEPS, CLASSES)).astype("float32")
TAGS = RNG.integers(0, CLASSES, (11, STEPS))
ROWS = (RNG.random(11) * 4).astype("float32")


@pytest.mark.parametrize("last", [0, 2], ids=["whole", "masked"])
@pytest.mark.parametrize("size", [STEPS, 4, 11, 10, 1])
def test_a_weight_per_row_weighs_all_of_the_row(identity, tagged, size, last):
    model = identity((STEPS, CLASSES), tagged, last)
    losses = crossentropy(TAGS, LOGITS.astype("float64"))[:, : STEPS - last]
    wanted = np.mean(losses * ROWS[:, None])
    assert shown(model, LOGITS, TAGS, size, sample_weight=ROWS) == pytest.approx(wanted, rel=1e-5)
    each = np.repeat(ROWS[:, None], STEPS, 1)
    assert shown(model, LOGITS, TAGS, size, sample_weight=each) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("size", [4, 6, 5])
def test_a_weight_per_image_weighs_all_of_its_pixels(identity, tagged, size):
    logits = RNG.normal(size=(9, 4, 6, CLASSES)).astype("float32")
    tags, rows = RNG.integers(0, CLASSES, (9, 4, 6)), RNG.random(9).astype("float32")
    model = identity((4, 6, CLASSES), tagged)
    wanted = np.mean(crossentropy(tags, logits.astype("float64")) * rows[:, None, None])
    assert shown(model, logits, tags, size, sample_weight=rows) == pytest.approx(wanted, rel=1e-5)


def test_weighted_metrics_weigh_rows_too(identity, tagged):
    def error(y, p):
        return ops.abs(y - p)

    model = identity((4,), scalar, weighted_metrics=[error, scalar])
    found = model.evaluate(X, Y, sample_weight=W, verbose=0, return_dict=True, batch_size=4)
    error_by_row = np.abs(Y - X).mean(1)
    assert found["error"] == pytest.approx(np.average(error_by_row, weights=W), rel=1e-5)
    parts_of_it = [np.mean((Y[i : i + 4] - X[i : i + 4]) ** 2) * W[i : i + 4].sum() for i in (0, 4)]
    assert found["scalar"] == pytest.approx(sum(parts_of_it) / W.sum(), rel=1e-5)


CLASS_WEIGHT = {0: 0.2, 1: 1.0, 2: 5.0}


def subclassed(parts, loss, last=0):
    class Own(Model):
        def call(self, x):
            return x * 1.0

    model = Own()
    model.compile(parts.SGD(0.1), loss, backend=parts.backend)
    return model


@pytest.mark.parametrize("column", [False, True], ids=["tags", "column"])
@pytest.mark.parametrize("built", [True, False], ids=["functional", "subclass"])
def test_class_weights_of_tags(identity, parts, tagged, built, column):
    """Sizes coincide on purpose: as many steps as classes."""
    x = LOGITS[:, :CLASSES]
    y = TAGS[:, :CLASSES]
    model = identity((CLASSES, CLASSES), tagged) if built else subclassed(parts, tagged)
    weights = np.vectorize(CLASS_WEIGHT.get)(y)
    wanted = np.mean(crossentropy(y, x.astype("float64")) * weights)
    given = y[..., None] if column else y
    found = Fit(model).loss(x, given, class_weight=CLASS_WEIGHT)
    assert found == pytest.approx(wanted, rel=1e-5)
    found = Fit(model).loss(x, given, class_weight=CLASS_WEIGHT, sample_weight=ROWS)
    wanted = np.mean(crossentropy(y, x.astype("float64")) * weights * ROWS[:, None])
    assert found == pytest.approx(wanted, rel=1e-5)


def test_class_weights_of_one_hot_rows(identity, parts):
    def hot(y, p):
        return ops.categorical_crossentropy(y, ops.softmax(p))

    weights = np.vectorize(CLASS_WEIGHT.get)(TAGS)
    wanted = np.mean(crossentropy(TAGS, LOGITS.astype("float64")) * weights)
    y = np.eye(CLASSES, dtype="float32")[TAGS]
    for model in (identity((STEPS, CLASSES), hot), subclassed(parts, hot)):
        found = Fit(model).loss(LOGITS, y, class_weight=CLASS_WEIGHT)
        assert found == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("size", [4, 5])
@pytest.mark.parametrize("form", ["with the output's axis", "without"])
@pytest.mark.parametrize("built", [True, False], ids=["functional", "subclass"])
def test_class_weights_of_masks(identity, parts, built, form, size):
    x = RNG.random((5, size, 5, 1)).astype("float32")
    masks = (RNG.random((5, size, 5, 1)) < 0.5).astype("float32")
    weights = np.where(masks == 1, 4.0, 0.5)
    model = identity((size, 5, 1), parts.mse) if built else subclassed(parts, parts.mse)
    wanted = np.mean((x - masks) ** 2 * weights)
    y = masks if form.startswith("with ") else masks[..., 0]
    found = Fit(model).loss(x, y, class_weight={0: 0.5, 1: 4.0})
    assert found == pytest.approx(wanted, rel=1e-5)


@pytest.fixture
def two(parts):
    a, b = Input((4,), name="i"), Input((STEPS, CLASSES), name="j")

    def make(first, second):
        model = Model([a, b], [AsIs(name="a")(a), AsIs(name="b")(b)])
        model.compile(parts.SGD(0.1), [first, second], backend=parts.backend)
        return model

    return make


AS_LIST = {
    "dict": lambda a, b: {"a": a, "b": b},
    "list": lambda a, b: [a, b],
}


@pytest.mark.parametrize("form", AS_LIST)
def test_weights_of_one_output_leave_the_other(two, tagged, form):
    model = two(scalar, tagged)
    x, y = [X, LOGITS[:8]], AS_LIST[form](Y, TAGS[:8])
    first = np.mean((Y - X) ** 2)
    second = crossentropy(TAGS[:8], LOGITS[:8].astype("float64"))
    both = first * W.mean(), np.mean(second * W[:, None])
    alone = first, np.mean(second)
    for weights, wanted in (
        (W, both),
        ({"a": W}, (both[0], alone[1])),
        ({"b": W}, (alone[0], both[1])),
        ({"a": W, "b": W}, both),
        ([W, W], both),
        *([([W, None], (both[0], alone[1])), ([None, W], (alone[0], both[1]))]),
    ):
        found = shown(model, x, y, sample_weight=weights)
        assert found == pytest.approx([sum(wanted), *wanted], rel=1e-5), weights
    with pytest.raises(DataError, match="sample_weight has an entry for 'c'"):
        model.evaluate(x, {"a": Y, "b": TAGS[:8]}, sample_weight={"c": W}, verbose=0)


@pytest.mark.parametrize("form", AS_LIST)
def test_class_weights_of_several_outputs(two, tagged, form):
    model = two(scalar, tagged)
    x, y = [X, LOGITS[:8]], AS_LIST[form](Y, TAGS[:8])
    first = np.mean((Y - X) ** 2)
    weights = np.vectorize(CLASS_WEIGHT.get)(TAGS[:8])
    second = np.mean(crossentropy(TAGS[:8], LOGITS[:8].astype("float64")) * weights)
    for given in ({"b": CLASS_WEIGHT}, [None, CLASS_WEIGHT], [{}, CLASS_WEIGHT]):
        history = model.fit(x, y, class_weight=given, verbose=0).history
        assert history["loss"][0] == pytest.approx(first + second, rel=1e-5)
        stream = [(x, y)] * 2
        history = model.fit(iter(stream), class_weight=given, verbose=0).history
        assert history["loss"][0] == pytest.approx(first + second, rel=1e-5)
    with pytest.raises(DataError, match="class_weight holds 1 entries, but y holds 2"):
        model.fit(x, y, class_weight=[CLASS_WEIGHT], verbose=0)


def test_the_model_is_not_asked_for_more_than_it_knows(parts):
    model = cornu.Sequential([parts.Dense(1)])
    model.compile(parts.SGD(0.0), parts.mse, backend=parts.backend)
    found = Fit(model).loss(X, Y[:, 0], class_weight={1: 2.0})
    error = (np.asarray(model(X), "float64")[:, 0] - Y[:, 0]) ** 2
    assert found == pytest.approx(np.mean(error * np.where(Y[:, 0] == 1, 2, 1)), rel=1e-5)
