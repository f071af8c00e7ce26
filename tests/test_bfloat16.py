"""bfloat16: arrays of `ml_dtypes`, programs in float32 with rounding after each operation."""

import copy
import pickle
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest

import cornu
from cornu import layers, ops
from cornu_engine.bfloat16 import rounded
from cornu_engine.dtypes import result_type

HALF = np.dtype(ml_dtypes.bfloat16)
DRAW = np.random.default_rng(0)


@pytest.fixture
def policy(request):
    cornu.config.set_dtype_policy(request.param)
    yield request.param
    cornu.config.set_dtype_policy(None)


def single(x):
    return np.asarray(x).astype("float32")


def dense():
    hidden = [layers.Dense(8, activation="gelu"), layers.BatchNormalization(), layers.Dropout(0.2)]
    return cornu.Sequential([cornu.Input((5,)), *hidden, layers.Dense(3, activation="softmax")])


def recurrent():
    parts = [layers.LSTM(4, return_sequences=True), layers.GRU(3), layers.Dense(3, "softmax")]
    return cornu.Sequential([cornu.Input((6, 4)), *parts])


def convolutional():
    parts = [layers.Conv2D(4, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()]
    return cornu.Sequential([cornu.Input((8, 8, 2)), *parts, layers.Dense(3, "softmax")])


def attentive():
    inputs = cornu.Input((6, 8))
    x = layers.GlobalAveragePooling1D()(layers.MultiHeadAttention(2, 4)(inputs, inputs))
    return cornu.Model(inputs, layers.Dense(3, activation="softmax")(x))


MODELS = {f.__name__: f for f in (dense, recurrent, convolutional, attentive)}


def compiled(make, optimizer=None, backend=None):
    """Return a model and data; steps are large enough for weights of 8 bits to move."""
    cornu.set_seed(0)
    model = make()
    optimizer = optimizer or cornu.optimizers.SGD(0.2)
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer, loss, metrics=["accuracy"], backend=backend)
    draw = np.random.default_rng(1)
    x = draw.normal(size=(24, *model.input_shape[1:])).astype("float32")
    return model, x, draw.integers(0, 3, 24)


def test_rounding_is_that_of_ml_dtypes():
    bits = DRAW.integers(0, 2**32, 400_000, dtype=np.uint32)
    bits[::2] = (bits[::2] & 0xFFFF0000) | 0x8000  # ties
    x = bits.view(np.float32)
    x = x[np.isfinite(x) & (np.abs(x) > 2.0**-120) & (np.abs(x) < 1e33)]
    np.testing.assert_array_equal(rounded(x), x.astype(HALF).astype(np.float32))
    odd = np.float32([np.inf, -np.inf, np.nan, 0.0, 3e38])
    np.testing.assert_array_equal(rounded(odd), odd)


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [
        (("bfloat16", "int32"), "bfloat16"),
        (("bfloat16", float), "bfloat16"),
        (("bfloat16", "float16"), "float32"),
        (("bfloat16", "float32"), "float32"),
        (("bfloat16", "float64"), "float64"),
        (("bool", "bfloat16"), "bfloat16"),
    ],
)
def test_dtypes_meet_as_in_keras(dtypes, expected):
    assert result_type(*dtypes).name == expected


OPERATIONS = {
    "add": lambda x: ops.add(x, 1.25),
    "exp": ops.exp,
    "matmul": lambda x: ops.matmul(x, ops.transpose(x)),
    "sum": lambda x: ops.sum(x, axis=0),
    "softmax": ops.softmax,
    "sort": ops.sort,
    "where": lambda x: ops.where(ops.greater(x, 0), x, ops.multiply(x, 0.5)),
    "variance": lambda x: ops.var(x, axis=1),
    "einsum": lambda x: ops.einsum("ab,cb->ac", x, x),
    "take": lambda x: ops.take(x, [1, 0], axis=0),
    "cumsum": lambda x: ops.cumsum(x, axis=1),
    "sigmoid": ops.sigmoid,
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_round_their_results(name):
    x = DRAW.normal(size=(5, 7)).astype(HALF)
    found = OPERATIONS[name](x)
    exact = OPERATIONS[name](x.astype("float64"))
    assert np.asarray(found).dtype == HALF
    np.testing.assert_allclose(single(found), exact, rtol=2e-2, atol=2e-2)
    described = OPERATIONS[name](cornu.Input((7,), dtype="bfloat16", batch_size=5))
    assert (described.shape, described.dtype) == (found.shape, "bfloat16")


POLICIES = {  # of computation, of weights, of the optimizer
    "mixed_bfloat16": ("bfloat16", "float32", "SGD"),
    "bfloat16": ("bfloat16", "bfloat16", "SGD"),
    "mixed_float16": ("float16", "float32", "LossScaleOptimizer"),
    "float16": ("float16", "float16", "SGD"),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("policy", POLICIES, indirect=True)
def test_models_train(policy, name):
    computed, stored, optimizer = POLICIES[policy]
    model, x, y = compiled(MODELS[name])
    assert {w.dtype.name for w in model.weights} == {stored}
    assert type(model.optimizer).__name__ == optimizer
    losses = model.fit(x, y, epochs=15, batch_size=12, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    found = model.predict(x, verbose=0)
    assert (found.dtype.name, model(x).dtype.name) == (computed, computed)
    np.testing.assert_allclose(single(found), single(model(x)), atol=0.02)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "bfloat16"], indirect=True)
def test_programs_compute_what_the_definitions_do(policy, name):
    def trained(backend):
        model, x, y = compiled(MODELS[name], "sgd", backend)
        losses = [model.train_on_batch(x, y)[0] for _ in range(2)]
        return losses, [single(w) for w in model.get_weights()]

    (found, weights), (expected, others) = trained(None), trained("reference")
    np.testing.assert_allclose(found, expected, rtol=1e-2)
    for one, other in zip(weights, others, strict=True):
        np.testing.assert_allclose(one, other, rtol=2**-6, atol=2**-7)


@pytest.mark.parametrize("policy", ["bfloat16"], indirect=True)
def test_weights_are_those_that_the_program_left_and_the_user_set(policy):
    model, x, y = compiled(dense)
    first = model.predict(x, verbose=0)  # before the optimizer gives weights a place of its own
    before = model.get_weights()
    model.fit(x, y, verbose=0)
    after = model.get_weights()
    assert all(w.dtype == HALF for w in after)
    assert not np.array_equal(before[0], after[0])
    assert not np.array_equal(first, model.predict(x, verbose=0))
    fresh, _, _ = compiled(dense)
    fresh.set_weights(after)
    np.testing.assert_array_equal(fresh.predict(x, verbose=0), model.predict(x, verbose=0))
    model.set_weights(before)
    np.testing.assert_array_equal(model.predict(x, verbose=0), first)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(other.predict(x, verbose=0), first)


@pytest.mark.parametrize("ending", [".keras", ".weights.h5", ".h5"])
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "bfloat16"], indirect=True)
def test_files_hold_the_weights(policy, ending, tmp_path):
    model, x, y = compiled(dense)
    model.fit(x, y, verbose=0)
    path = tmp_path / f"model{ending}"
    if ending == ".weights.h5":
        model.save_weights(path)
        other, _, _ = compiled(dense)
        other.load_weights(path)
    else:
        model.save(path)
        other = cornu.models.load_model(path)
    for one, two in zip(other.get_weights(), model.get_weights(), strict=True):
        assert one.dtype == two.dtype
        np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(other.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "bfloat16"], indirect=True)
def test_an_exported_model_returns_the_same_numbers_in_float32(policy, tmp_path):
    model, x, _ = compiled(convolutional)
    expected = model.predict(x, verbose=0)
    model.export(tmp_path / "model")
    found = cornu.saved_model.load(tmp_path / "model")(x)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, single(expected))


def test_one_layer_a_loss_and_a_metric_may_differ():
    x = np.ones((2, 3), "float32")
    layer = layers.Dense(4, dtype="bfloat16")
    assert (layer(x).dtype, layer.kernel.dtype) == (HALF, HALF)
    assert cornu.losses.MeanSquaredError(dtype="bfloat16")(x, x + 1).dtype == HALF
    metric = cornu.metrics.MeanSquaredError(dtype="bfloat16")
    metric.update_state(x, x + 1)
    assert {v.dtype for v in metric.variables} == {HALF}


@pytest.mark.parametrize("policy", ["bfloat16"], indirect=True)
def test_adam_stands_still_where_its_beta_is_one(policy):
    """As in Keras: 0.999 is 1 in bfloat16."""
    model, x, y = compiled(dense, "adam")
    before = model.layers[0].get_weights()[0]
    model.fit(x, y, verbose=0)
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], before)


def test_gradients_are_rounded_too():
    x = np.asarray([0.1, 2.0, -3.0], HALF)
    slope = cornu.grad(lambda v: ops.sum(ops.sin(v) * v))(x)
    assert slope.dtype == HALF
    exact = single(x) * np.cos(single(x)) + np.sin(single(x))
    np.testing.assert_allclose(single(slope), exact, rtol=2e-2)


def test_without_ml_dtypes_the_message_says_what_to_install():
    code = (
        "import sys; sys.modules['ml_dtypes'] = None\n"
        "import cornu\n"
        "cornu.config.set_dtype_policy('mixed_bfloat16')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install ml_dtypes" in done.stderr.splitlines()[-1]


def test_a_derivative_of_ones_own_computes_in_bfloat16_too():
    """What its function makes is rounded as everything else is, inside of a program."""

    @ops.custom_gradient
    def thirds(x):
        return ops.cast(x, "bfloat16") / 3, lambda upstream: 7 * ops.cast(upstream, "float32")

    x = cornu.Input((4,))
    model = cornu.Model(x, layers.Lambda(lambda v: thirds(v))(x))
    value = DRAW.normal(size=(3, 4)).astype("float32")
    found = model.predict(value, verbose=0)
    expected = (value.astype(HALF).astype("float32") / 3).astype(HALF)
    assert found.dtype == HALF
    np.testing.assert_array_equal(found, expected)
