"""Low-rank corrections of frozen weights."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import layers
from cornu.errors import NotBuiltError

RNG = np.random.default_rng(11)
CASES = [
    (lambda **k: layers.Dense(5, **k), (3, 4), "kernel", (4, 2)),
    (lambda **k: layers.Conv2D(5, 3, **k), (2, 6, 6, 4), "kernel", (3, 3, 4, 2)),
    (lambda **k: layers.EinsumDense("abc,cd->abd", (None, 5), **k), (2, 3, 4), "kernel", (4, 2)),
    (lambda **k: layers.Embedding(7, 5, **k), (2, 3), "embeddings", (7, 2)),
]


def _inputs(shape, name):
    return (
        RNG.integers(0, 7, shape)
        if name == "embeddings"
        else RNG.normal(size=shape).astype("float32")
    )


@pytest.mark.parametrize(("make", "shape", "name", "a_shape"), CASES)
@pytest.mark.parametrize("at_once", [True, False])
def test_correction(make, shape, name, a_shape, at_once):
    x = _inputs(shape, name)
    layer = make(lora_rank=2, lora_alpha=4) if at_once else make()
    before = layer(x)
    if not at_once:
        layer.enable_lora(2, lora_alpha=4)
        np.testing.assert_allclose(layer(x), before, atol=1e-6)
    a, b = getattr(layer, f"lora_{name}_a"), getattr(layer, f"lora_{name}_b")
    assert (a.shape, b.shape) == (a_shape, (2, 5))
    trained = [w.name for w in layer.trainable_weights]
    assert [n for n in trained if n != "bias"] == [f"lora_{name}_a", f"lora_{name}_b"]
    b.assign(RNG.normal(size=b.shape))
    plain = make()
    plain.build(x.shape)
    whole = getattr(layer, f"_{name}").numpy() + 2.0 * a.numpy() @ b.numpy()
    rest = [w.numpy() for w in layer.weights if w.name == "bias"]
    plain.set_weights([whole, *rest])
    np.testing.assert_allclose(layer(x), plain(x), rtol=1e-4, atol=1e-5)

    store = {}
    layer.save_own_variables(store)
    assert len(store) == 1 + len(rest)
    layer.load_own_variables(store)
    np.testing.assert_allclose(layer(x), plain(x), rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(b.numpy(), 0)


def test_refusals():
    with pytest.raises(NotBuiltError, match="before enable_lora"):
        layers.Dense(3).enable_lora(2)
    layer = layers.Dense(3, kernel_constraint="nonneg")
    layer.build((None, 2))
    with pytest.raises(ValueError, match="kernel_constraint"):
        layer.enable_lora(2)
    layer = layers.Dense(3, lora_rank=1)
    layer.build((None, 2))
    with pytest.raises(ValueError, match="already"):
        layer.enable_lora(2)
    with pytest.raises(ValueError, match="quantization_config"):
        layers.Dense(3, quantization_config={"mode": "int8"})
    with pytest.raises(AttributeError, match="has no kernel yet"):
        _ = layers.Dense(3).kernel


def test_older_layers(check_layer_grads):
    x = RNG.normal(size=(3, 4))
    maxout = layers.MaxoutDense(5, nb_feature=3, dtype="float64")
    found = maxout(x)
    w, b = maxout.get_weights()
    np.testing.assert_allclose(found, (np.einsum("bi,kio->bko", x, w) + b).max(1), atol=1e-12)
    check_layer_grads(maxout, x)
    highway = layers.Highway(activation="tanh", dtype="float64")
    found = highway(x)
    w, carry, b, b_carry = highway.get_weights()
    t = 1 / (1 + np.exp(-(x @ carry + b_carry)))
    np.testing.assert_allclose(found, t * np.tanh(x @ w + b) + (1 - t) * x, atol=1e-12)
    np.testing.assert_array_equal(b_carry, 1)
    check_layer_grads(highway, x)
