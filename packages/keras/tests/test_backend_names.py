"""Keras 2's ``K.*``: values, variables, loops, names."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import backend as K
from cornu_engine.trace import Trace

RNG = np.random.default_rng(5)
X = RNG.normal(size=(3, 4)).astype("float32")
CUBE = RNG.normal(size=(2, 3, 4)).astype("float32")


@pytest.fixture(autouse=True)
def fresh_session():
    K.clear_session()
    yield
    K.clear_session()


CASES = {
    "relu": (lambda: K.relu(X, 0.1, 1.0), np.where(X > 0, np.minimum(X, 1), 0.1 * X)),
    "relu from a threshold": (lambda: K.relu(X, threshold=0.5), np.where(X > 0.5, X, 0)),
    "leaky relu from a threshold": (
        lambda: K.relu(X, alpha=0.2, threshold=0.5),
        np.where(X > 0.5, X, 0.2 * (X - 0.5)),
    ),
    "hard_sigmoid": (lambda: K.hard_sigmoid(4 * X), np.clip(0.8 * X + 0.5, 0, 1)),
    "clip": (lambda: K.clip(X, -0.5, 0.5), np.clip(X, -0.5, 0.5)),
    "clip with crossed bounds": (lambda: K.clip(X, 0.5, -0.5), np.full_like(X, 0.5)),
    "argmax": (lambda: K.argmax(X), X.argmax(-1)),
    "argmin": (lambda: K.argmin(X, 0), X.argmin(0)),
    "cumsum": (lambda: K.cumsum(X), X.cumsum(0)),
    "cumprod": (lambda: K.cumprod(X, 1), X.cumprod(1)),
    "pow": (lambda: K.pow(X, 2), X**2),
    "dot": (lambda: K.dot(CUBE, X.T), CUBE @ X.T),
    "batch_dot": (lambda: K.batch_dot(CUBE, CUBE, axes=2), np.einsum("bij,bkj->bik", CUBE, CUBE)),
    "batch_dot of axes": (
        lambda: K.batch_dot(CUBE, CUBE, axes=(1, 1)),
        np.einsum("bij,bik->bjk", CUBE, CUBE),
    ),
    "batch_dot of vectors": (lambda: K.batch_dot(X, X, axes=1), (X * X).sum(1, keepdims=True)),
    "batch_dot by default": (
        lambda: K.batch_dot(CUBE, np.swapaxes(CUBE, 1, 2)),
        CUBE @ np.swapaxes(CUBE, 1, 2),
    ),
    "l2_normalize": (lambda: K.l2_normalize(X, 1), X / np.linalg.norm(X, axis=1, keepdims=True)),
    "gather": (lambda: K.gather(X, [2, 0]), X[[2, 0]]),
    "arange": (lambda: K.arange(2, 9, 3), np.arange(2, 9, 3)),
    "one_hot": (lambda: K.one_hot([2, 0], 3), np.eye(3)[[2, 0]]),
    "permute_dimensions": (lambda: K.permute_dimensions(CUBE, (2, 0, 1)), CUBE.transpose(2, 0, 1)),
    "batch_flatten": (lambda: K.batch_flatten(CUBE), CUBE.reshape(2, 12)),
    "repeat_elements": (lambda: K.repeat_elements(X, 2, 1), X.repeat(2, 1)),
    "repeat": (lambda: K.repeat(X, 2), np.stack([X, X], 1)),
    "tile": (lambda: K.tile(X, (1, 2)), np.tile(X, (1, 2))),
    "reverse": (lambda: K.reverse(X, 1), X[:, ::-1]),
    "slice": (lambda: K.slice(X, [1, 0], [2, 2]), X[1:3, :2]),
    "concatenate": (lambda: K.concatenate([X, X]), np.concatenate([X, X], -1)),
    "temporal_padding": (
        lambda: K.temporal_padding(CUBE, (1, 2)),
        np.pad(CUBE, ((0, 0), (1, 2), (0, 0))),
    ),
    "spatial_2d_padding": (
        lambda: K.spatial_2d_padding(CUBE[None], ((1, 0), (0, 2)), "channels_first"),
        np.pad(CUBE[None], ((0, 0), (0, 0), (1, 0), (0, 2))),
    ),
    "resize_images": (
        lambda: K.resize_images(CUBE[None], 2, 3, "channels_last"),
        CUBE[None].repeat(2, 1).repeat(3, 2),
    ),
    "resize_volumes": (
        lambda: K.resize_volumes(CUBE[None, None], 2, 1, 3, "channels_first"),
        CUBE[None, None].repeat(2, 2).repeat(3, 4),
    ),
    "bias_add": (lambda: K.bias_add(CUBE, CUBE[0, 0]), CUBE + CUBE[0, 0]),
    "bias_add, channels first": (
        lambda: K.bias_add(CUBE, X[:, 0], "channels_first"),
        CUBE + X[:, :1],
    ),
    "bias_add of a sample": (
        lambda: K.bias_add(CUBE, X.T, "channels_first"),
        CUBE + X,
    ),
    "batch_normalization": (
        lambda: K.batch_normalization(X, X[0], np.abs(X[1]), X[2], X[1], epsilon=0.1),
        (X - X[0]) / np.sqrt(np.abs(X[1]) + 0.1) * X[1] + X[2],
    ),
    "normalize_batch_in_training": (
        lambda: K.normalize_batch_in_training(X, None, None, [0], 0.1)[0],
        (X - X.mean(0)) / np.sqrt(X.var(0) + 0.1),
    ),
    "normalize over channels": (
        lambda: K.normalize_batch_in_training(CUBE, None, None, [0], 0.1)[0],
        (CUBE - CUBE.mean(0)) / np.sqrt(CUBE.var(0) + 0.1),
    ),
    "switch of rows": (
        lambda: K.switch(np.array([True, False, True]), X, -X),
        X * np.array([[1], [-1], [1]]),
    ),
    "foldl": (lambda: K.foldl(lambda a, x: a - x, X), X[0] - X[1] - X[2]),
    "foldr": (lambda: K.foldr(lambda a, x: a - x, X), X[2] - X[1] - X[0]),
    "foldl from": (lambda: K.foldl(lambda a, x: a + x, X, X[0]), X.sum(0) + X[0]),
    "map_fn": (lambda: K.map_fn(lambda row: row * row[0], X), X * X[:, :1]),
    "identity": (lambda: K.identity(X), X),
    "constant": (lambda: K.constant([1, 2, 3, 4], shape=(2, 2)), [[1, 2], [3, 4]]),
    "moving_average_update": (lambda: K.moving_average_update(K.variable(X), 2 * X, 0.9), 1.1 * X),
}


@pytest.mark.parametrize("name", CASES)
def test_values(name):
    compute, expected = CASES[name]
    np.testing.assert_allclose(compute(), expected, rtol=2e-6, atol=1e-6)


def test_pooling_and_convolution_name_both_layouts():
    image, kernel = RNG.normal(size=(1, 6, 6, 2)), RNG.normal(size=(3, 3, 2, 4))
    last = K.conv2d(image, kernel, (2, 2), "same", "channels_last")
    first = K.conv2d(image.transpose(0, 3, 1, 2), kernel, (2, 2), "same", "channels_first")
    np.testing.assert_allclose(last, first.transpose(0, 2, 3, 1), rtol=1e-12)
    pooled = K.pool2d(image, (2, 2), (2, 2), pool_mode="avg")
    np.testing.assert_allclose(pooled, image.reshape(1, 3, 2, 3, 2, 2).mean((2, 4)))
    with pytest.raises(ValueError, match="pool_mode"):
        K.pool2d(image, (2, 2), pool_mode="sum")


def test_transposed_convolution_is_the_adjoint():
    x, y, kernel = (
        RNG.normal(size=(1, 7, 6, 2)),
        RNG.normal(size=(1, 4, 3, 5)),
        RNG.normal(size=(3, 3, 2, 5)),
    )
    there = K.conv2d(x, kernel, (2, 2), "same")
    back = K.conv2d_transpose(y, kernel, (1, 7, 6, 2), (2, 2), "same")
    np.testing.assert_allclose((there * y).sum(), (x * back).sum(), rtol=1e-10)
    with pytest.raises(ValueError, match="convolves to"):
        K.conv2d_transpose(y, kernel, (1, 9, 6, 2), (2, 2), "same")


def test_unshared_convolution():
    x, kernel = RNG.normal(size=(2, 5, 6, 3)), RNG.normal(size=(2 * 5, 2 * 2 * 3, 4))
    last = K.local_conv2d(x, kernel, (2, 2), (2, 1), (2, 5), "channels_last")
    for place, (i, j) in enumerate(np.ndindex(2, 5)):
        patch = x[:, 2 * i : 2 * i + 2, j : j + 2].reshape(2, -1)
        np.testing.assert_allclose(last[:, i, j], patch @ kernel[place])
    turned = kernel.reshape(10, 4, 3, 4).swapaxes(1, 2).reshape(10, 12, 4)
    first = K.local_conv2d(
        x.transpose(0, 3, 1, 2), turned, (2, 2), (2, 1), (2, 5), "channels_first"
    )
    np.testing.assert_allclose(first.transpose(0, 2, 3, 1), last)
    line = K.local_conv1d(x[:, 0], kernel[:3, :6], (2,), (2,))
    np.testing.assert_allclose(line[:, 1], x[:, 0, 2:4].reshape(2, -1) @ kernel[1, :6])


def test_ctc_takes_probabilities_with_the_blank_last():
    shares = RNG.random((2, 6, 4))
    shares /= shares.sum(-1, keepdims=True)
    targets, lengths = np.array([[0, 1], [2, 0]]), np.array([[2], [1]])
    cost = K.ctc_batch_cost(targets, shares, np.array([[6], [5]]), lengths)
    expected = cornu.ops.ctc_loss(targets, np.log(shares), lengths, np.array([6, 5]), 3)
    np.testing.assert_allclose(cost[:, 0], expected, rtol=1e-5)
    (labels,), scores = K.ctc_decode(shares, [6, 5])
    assert labels.shape == (2, 6)
    assert scores.shape == (2, 1)
    beams, _ = K.ctc_decode(shares, [6, 5], greedy=False, top_paths=2)
    assert len(beams) == 2


def test_causal_convolution_sees_no_future():
    x = RNG.normal(size=(1, 8, 2))
    kernel = RNG.normal(size=(3, 2, 1))
    y = K.conv1d(x, kernel, padding="causal", dilation_rate=2)
    x[:, 5:] += 1
    np.testing.assert_allclose(
        K.conv1d(x, kernel, padding="causal", dilation_rate=2)[:, :5], y[:, :5]
    )


def test_variables():
    v = K.variable([1.0, 2.0], name="kernel", constraint=abs)
    assert (K.dtype(v), K.ndim(v), K.int_shape(v), K.count_params(v)) == ("float32", 1, (2,), 2)
    assert v.name == "kernel"
    assert v.constraint is abs
    assert K.is_variable(v)
    K.set_value(v, [3, 4])
    np.testing.assert_array_equal(K.get_value(v), [3, 4])
    K.update_add(v, 1.0), K.update_sub(v, [1.0, 0.0])
    np.testing.assert_array_equal(K.eval(v * 2), [6, 10])
    copy = K.get_value(v)
    K.batch_set_value([(v, [0, 0])])
    assert copy.tolist() == [3, 5]
    assert [a.tolist() for a in K.batch_get_value([v, v])] == [[0, 0]] * 2
    assert K.get_value(K.zeros((2,), "int32")).dtype == np.int32
    assert K.eye(2).numpy().tolist() == [[1, 0], [0, 1]]


def numpy_rnn(x, state, mask=None):
    outputs = []
    for t in range(x.shape[1]):
        new = np.tanh(x[:, t] + 0.5 * state)
        if mask is not None:
            keep = mask[:, t : t + 1]
            new = np.where(keep, new, state)
        state = new
        outputs.append(state)
    return np.stack(outputs, 1), state


@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
def test_rnn(unroll, masked, backwards):
    def step(x, states):
        new = K.tanh(x + 0.5 * states[0])
        return new, [new]

    x, state = RNG.normal(size=(2, 5, 3)), np.zeros((2, 3))
    mask = RNG.random((2, 5)) < 0.6 if masked else None
    last, outputs, (final,) = K.rnn(step, x, [state], backwards, mask, unroll=unroll)
    order = slice(None, None, -1) if backwards else slice(None)
    expected, end = numpy_rnn(x[:, order], state, None if mask is None else mask[:, order])
    np.testing.assert_allclose(outputs, expected, rtol=1e-10)
    np.testing.assert_allclose(final, end, rtol=1e-10)
    np.testing.assert_allclose(last, outputs[:, -1])
    with Trace("rnn") as trace:
        given = trace.input("x", x.shape, x.dtype)
        _, traced, _ = K.rnn(step, given, [state], backwards, mask, unroll=unroll)
    from cornu_engine.reference import evaluate

    np.testing.assert_allclose(evaluate([traced], {given: x})[0], outputs, rtol=1e-10)


def test_rnn_with_zeros_for_what_is_masked():
    def step(x, states):
        return x + states[1], [states[0]]

    x = np.ones((1, 3, 2))
    mask = np.array([[True, False, True]])
    arguments = {"constants": [np.ones((1, 2))], "zero_output_for_mask": True, "mask": mask}
    _last, outputs, _ = K.rnn(step, x, [np.zeros((1, 2))], **arguments)
    assert outputs[0, :, 0].tolist() == [2, 0, 2]
    _, final, _ = K.rnn(step, x, [np.zeros((1, 2))], return_all_outputs=False, **arguments)
    assert final.shape == (1, 1, 2)


def test_names_and_formats():
    assert (K.get_uid("a"), K.get_uid("a"), K.get_uid("b")) == (1, 2, 1)
    K.reset_uids()
    assert K.get_uid("a") == 1
    assert K.image_dim_ordering() == "tf"
    assert K.normalize_data_format("Channels_First") == "channels_first"
    assert K.is_keras_tensor(cornu.Input((1,)))
    assert not K.is_keras_tensor(X)
    assert K.is_placeholder(K.placeholder(ndim=2))
    assert K.int_shape(K.placeholder(ndim=2)) == (
        None,
        None,
    )


def test_a_name_that_is_not_there_proposes_another():
    wrong = "batchdot"
    with pytest.raises(AttributeError, match="'batch_dot'"):
        getattr(K, wrong)
    assert not hasattr(K, "get_session")


def test_a_function_takes_a_number():
    x = K.placeholder(())
    assert K.function([x], [x + 1.0])([2.0]) == [3.0]


def test_every_public_name_says_what_it_does_and_shows_it():
    for name in set(K.__all__) - {"Variable", "Function"}:
        assert ">>> " in (getattr(K, name).__doc__ or ""), f"{name} has no example"
