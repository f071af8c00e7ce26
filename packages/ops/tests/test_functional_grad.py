"""`cornu.grad` and `cornu.value_and_grad`."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import ops


def test_orders_one_to_four():
    f = ops.sin
    for expected in (np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), np.sin):
        f = cornu.grad(f)
        assert float(f(np.float64(0.3))) == pytest.approx(expected(0.3), rel=1e-12)


def test_several_arguments():
    value, (da, db) = cornu.value_and_grad(lambda a, b: ops.sum(a * b), argnums=(0, 1))(
        np.float32([1, 2]), np.float32([3, 4])
    )
    assert float(value) == 11
    assert da.tolist() == [3, 4]
    assert db.tolist() == [1, 2]


def test_variables_read_inside_are_current():
    v = cornu.Variable(np.float32(2.0))
    slope = cornu.grad(lambda x: v * x * x)
    assert float(slope(np.float32(3.0))) == 12
    v.assign(np.float32(1.0))
    assert float(slope(np.float32(3.0))) == 6


def test_closures_are_not_confused():
    assert [float(cornu.grad(lambda x, k=k: k * x)(1.0)) for k in (1.0, 2.0, 3.0)] == [1, 2, 3]


def test_a_result_that_is_no_scalar_is_refused():
    with pytest.raises(ValueError, match=r"scalar.*shape \(2,\).*ops\.sum"):
        cornu.grad(lambda x: x * x)(np.float32([1, 2]))


def test_integers_have_no_gradient():
    with pytest.raises(TypeError, match="int32"):
        cornu.grad(lambda x: ops.sum(x))(np.int32([1, 2]))


def test_structures_of_arrays():
    def f(p, k):
        return ops.sum(p["a"] ** 2) * p["b"][0] * k

    at = {"a": np.float64([1, 2]), "b": [np.float64(3)]}
    found = cornu.grad(f)(at, k=np.float64(2))
    assert sorted(found) == ["a", "b"]
    assert found["a"].tolist() == [12, 24]
    assert [float(b) for b in found["b"]] == [10]


def test_by_the_variables_that_layers_hold():
    w = cornu.Variable(np.float32([1, 2]))
    b = cornu.Variable(np.float32(5))
    value, (dw, db) = cornu.value_and_grad(lambda _: ops.sum(w * w * b))([w, b])
    assert float(value) == 25
    assert dw.tolist() == [10, 20]
    assert float(db) == 5
    assert cornu.grad(lambda v: ops.sum(v * v))(w).tolist() == [2, 4]


def test_a_pair_with_aux():
    f = cornu.value_and_grad(
        lambda x: (ops.sum(x * x), {"twice": 2 * x, "name": "f"}), has_aux=True
    )
    (value, aux), slope = f(np.float64([1, 2]))
    assert float(value) == 5
    assert aux["twice"].tolist() == [2, 4]
    assert aux["name"] == "f"
    assert slope.tolist() == [2, 4]
    slope, aux = cornu.grad(lambda x: (x * x, 7), has_aux=True)(3.0)
    assert (float(slope), aux) == (6, 7)
    with pytest.raises(ValueError, match="pair"):
        cornu.grad(lambda x: x, has_aux=True)(3.0)


def test_variables_assigned_inside_are_updated_each_time():
    seen = cornu.Variable(np.float32(0.0))

    def f(x):
        seen.assign(seen + x)
        return x * x

    slope = cornu.grad(f)
    assert [float(slope(x)) for x in (1.0, 2.0, 3.0)] == [2, 4, 6]
    assert float(seen.numpy()) == 6


def test_places_that_do_not_exist():
    assert float(cornu.grad(lambda a, b: a * b, argnums=-1)(2.0, 3.0)) == 2

    def f(a, b):
        return a * b

    def product(a, b):
        return a * b

    with pytest.raises(ValueError, match=r"argument 1, but product was called with 1"):
        cornu.grad(product, argnums=1)(2.0, b=3.0)


@pytest.mark.parametrize(
    "key",
    [
        np.array([True, False, True, False]),
        [True, False, True, False],
        (slice(None), np.array([True, False, True])),
        np.arange(12).reshape(4, 3) % 5 == 0,
        (np.array([True, True, False, False]), np.array([0, 2])),
        (None, np.array([True, False, True, True]), ..., 1),
    ],
    ids=str,
)
def test_masks_that_are_arrays(key):
    x = np.arange(12.0).reshape(4, 3)
    slope = cornu.grad(lambda v: ops.sum(v[key] ** 2))(x)
    wanted = np.zeros_like(x)
    np.add.at(wanted, key if not isinstance(key, list) else np.array(key), 1)
    np.testing.assert_array_equal(slope, 2 * x * wanted)


def test_masks_that_are_computed_are_refused():
    with pytest.raises(TypeError, match=r"boolean mask.*ops\.where"):
        cornu.grad(lambda v: ops.sum(v[v > 0]))(np.ones(3))
