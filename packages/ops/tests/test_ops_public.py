"""What all operations have in common: symbolic tensors, errors, documentation."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import ops

RNG = np.random.default_rng(11)
X = RNG.normal(size=(3, 4))


def test_symbolic_tensors_take_every_road():
    x = cornu.Input((4, 6))
    assert ops.softmax(x).shape == (None, 4, 6)
    assert ops.split(x, 2, axis=2)[1].shape == (None, 4, 3)
    assert ops.einsum("bij,bkj->bik", x, x).shape == (None, 4, 4)
    assert (x[:, ::2] + 1).shape == (None, 2, 6)
    assert ops.concatenate([x, x]).shape == (None, 4, 6)
    assert ops.top_k(x, 2)[0].shape == (None, 4, 2)
    assert ops.scan(lambda s, r: (s + r, s), x[:, 0], ops.moveaxis(x, 1, 0))[1].shape == (
        4,
        None,
        6,
    )
    assert ops.shape(x) == (None, 4, 6)
    assert ops.size(x) is None
    assert ops.ndim(x) == 3
    with pytest.raises(ValueError, match="odd size"):
        ops.glu(cornu.Input((3,)))


def test_bad_arguments_say_what_they_are(run):
    cases = {
        "does not split into 3": lambda: ops.split(X, 3, axis=1),
        "divide|do not multiply|inner": lambda: ops.matmul(X, X),
        "differ": lambda: ops.concatenate([X, X[:, :2]], axis=0),
        "one shape": lambda: ops.stack([X, X[0]]),
        "out of range": lambda: ops.sum(X, axis=5),
        "size other than 1": lambda: ops.squeeze(X, 0),
        "does not reshape": lambda: ops.reshape(X, (5, -1)),
        "do not broadcast": lambda: run(lambda a: a + X[:, :2], X),
        "mode must be": lambda: ops.pad(X, 1, mode="mirror"),
        "both x1 and x2": lambda: ops.where(X > 0, X),
        "target has shape": lambda: ops.categorical_crossentropy(X, X[:, :2]),
        "needs \\(3,\\)": lambda: ops.sparse_categorical_crossentropy(np.zeros(4, int), X),
        "does not fit": lambda: ops.einsum("ij,jkl->i", X, X),
        "names 1 operands": lambda: ops.einsum("ij", X, X),
        "Pattern": lambda: ops.rearrange(X, "a (b c) -> a b c"),
        "indices": lambda: ops.take(X, [0.5]),
        "kernel of shape": lambda: ops.conv(np.ones((1, 4, 3)), np.ones((2, 2, 5))),
        "data_format": lambda: ops.max_pool(np.ones((1, 4, 3)), 2, data_format="channels"),
        "'valid' or 'same'": lambda: ops.conv(
            np.ones((1, 4, 4, 1)), np.ones((2, 2, 1, 5)), padding="full"
        ),
    }
    for message, call in cases.items():
        with pytest.raises((ValueError, TypeError, IndexError), match=f"(?i){message}"):
            call()


def test_a_name_that_is_not_there_proposes_another():
    wrong = "soft_max"
    with pytest.raises(AttributeError, match="'softmax'"):
        getattr(ops, wrong)
    assert "softmax" in dir(ops)


@pytest.mark.parametrize("home", ["ops", "ops.image", "random"])
def test_every_public_name_says_what_it_does_and_shows_it(home):
    module = cornu
    for part in home.split("."):
        module = getattr(module, part)
    for name in module.__all__:
        member = getattr(module, name)
        assert callable(member) or name == "image", name
        if callable(member):
            document = member.__doc__ or ""
            assert ">>> " in document, f"{name} has no example"
