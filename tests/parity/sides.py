"""The two sides: build one thing from both namespaces, with the same weights, compare numbers.

A *recipe* is a function of a namespace ``k`` with Keras' names: ``lambda k: k.layers.Dense(3)``. It
is called once with ``cornu`` and once with ``keras``.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jax
import keras
import numpy as np
import pytest
from keras.src.backend.common import dtypes

import cornu
from tests.parity.numbers import floats as floats

Recipe = Callable[[Any], Any]

#: How far two results may lie apart, relative to the largest number of the result. Rounding depends
#: on the processor: what it is magnified by (a sum that cancels, Adam's division) is compared in
#: float64, what comes straight out of a model in float32 too.
RELATIVE = {"float32": 1e-5, "float64": 1e-12}


@contextmanager
def computing_in(floatx: str) -> Iterator[None]:
    """Make models, losses, metrics and operations on both sides in this float type."""
    before = keras.config.floatx()

    def choose(floatx: str) -> None:
        for k in (cornu, keras):
            k.config.set_floatx(floatx)
        keras.config.set_dtype_policy(floatx)

    with pytest.MonkeyPatch.context() as patch, jax.enable_x64(floatx == "float64"):
        # On jax, Keras makes float32 of what it promotes to float64, as on TensorFlow it does not.
        patch.setitem(dtypes.BIT64_TO_BIT32_DTYPE, "float64", floatx)
        choose(floatx)
        try:
            yield
        finally:
            choose(before)


def generator(name: str) -> np.random.Generator:
    """Return a generator whose numbers depend on the case's name only."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def largest(values: np.ndarray) -> float:
    """Return the largest finite absolute value."""
    return float(np.max(np.abs(values), initial=0.0, where=np.isfinite(values)))


def assert_agree(
    ours: Any, theirs: Any, what: str, relative: float | None = None, scale: float = 0.0
) -> None:
    """Assert that two results have one structure, one shape and the same numbers.

    The measure of an array is its largest number, or `scale` where that is larger.
    """
    relative = relative or RELATIVE[keras.config.floatx()]
    if isinstance(theirs, dict):
        assert set(ours) == set(theirs), what
        for name in theirs:
            assert_agree(ours[name], theirs[name], f"{what}[{name!r}]", relative, scale)
        return
    if isinstance(theirs, list | tuple):
        assert len(ours) == len(theirs), what
        for index, (mine, yours) in enumerate(zip(ours, theirs, strict=True)):
            assert_agree(mine, yours, f"{what}[{index}]", relative, scale)
        return
    mine, yours = np.asarray(ours), np.asarray(theirs)
    assert mine.shape == yours.shape, f"{what}: shape {mine.shape}, Keras has {yours.shape}"
    atol = relative * max(scale, largest(yours))
    np.testing.assert_allclose(mine, yours, rtol=relative, atol=atol, err_msg=what, equal_nan=True)


def random_weights(model: Any, random: np.random.Generator) -> list[np.ndarray]:
    """Return new weights for a Keras model: none zero, variances positive."""
    weights = []
    for weight, value in zip(model.weights, model.get_weights(), strict=True):
        noise = random.normal(scale=0.3, size=value.shape)
        moved = (value + noise).astype(value.dtype)
        weights.append(np.abs(moved) + 0.5 if "variance" in weight.path else moved)
    return weights


@dataclass
class Pair:
    """One model, built twice."""

    ours: Any
    theirs: Any
    start: Sequence[np.ndarray] = ()

    @classmethod
    def build(cls, recipe: Recipe, random: np.random.Generator) -> Pair:
        """Build with both namespaces and give both the same random weights."""
        pair = cls(recipe(cornu), recipe(keras))
        pair.share(random_weights(pair.theirs, random))
        return pair

    def share(self, weights: Sequence[np.ndarray]) -> None:
        """Set the same weights on both."""
        names = [weight.path for weight in self.theirs.weights]
        assert [w.name for w in self.ours.weights] == [n.rpartition("/")[2] for n in names]
        assert [tuple(w.shape) for w in self.ours.weights] == [w.shape for w in weights]
        self.theirs.set_weights(list(weights))
        self.ours.set_weights(list(weights))
        self.start = list(weights)

    def compile(self, optimizer: Recipe, loss: Any, **arguments: Any) -> None:
        """Compile both; ``optimizer`` is a recipe, ``loss`` a string or a recipe."""
        for model, k in ((self.ours, cornu), (self.theirs, keras)):
            chosen = loss(k) if callable(loss) else loss
            given = {name: v(k) if callable(v) else v for name, v in arguments.items()}
            model.compile(optimizer=optimizer(k), loss=chosen, **given)

    def both(self, action: Callable[[Any], Any]) -> tuple[Any, Any]:
        """Call ``action`` with each model."""
        return action(self.ours), action(self.theirs)

    def agree(self, action: Callable[[Any], Any], what: str, relative: float | None = None) -> None:
        """Assert that ``action`` gives the same numbers on both."""
        assert_agree(*self.both(action), what, relative)

    def agree_on_weights(self, what: str, relative: float | None = None) -> None:
        """Assert that all weights are the same, naming the one that is not.

        A weight that its steps took across zero has the rounding of where it came from: the measure
        of each is the larger of its start and its end.
        """
        paths = [weight.path for weight in self.theirs.weights]
        start = self.start or self.theirs.get_weights()
        for path, before, *values in zip(
            paths, start, *self.both(lambda m: m.get_weights()), strict=True
        ):
            assert_agree(*values, f"{what}: {path}", relative, largest(before))

    def agree_on_change(
        self, before: Sequence[np.ndarray], what: str, relative: float | None = None
    ) -> None:
        """Assert that the weights moved by the same amounts since ``before``.

        A sum that cancels out leaves nothing but the rounding of its parts: the measure is the
        largest change of all weights.
        """
        paths = [weight.path for weight in self.theirs.weights]
        after = self.both(lambda m: m.get_weights())
        ours, theirs = ([end - start for end, start in zip(w, before, strict=True)] for w in after)
        scale = max((largest(change) for change in theirs), default=0.0)
        for path, *changes in zip(paths, ours, theirs, strict=True):
            assert_agree(*changes, f"{what}: change of {path}", relative, scale)


def linear_loss(k: Any) -> Callable[[Any, Any], Any]:
    """Return a loss whose gradient is ``y_true`` itself: any cotangent can be sent into a model."""

    def loss(y_true: Any, y_pred: Any) -> Any:
        return k.ops.sum(y_true * y_pred, axis=-1)

    return loss
