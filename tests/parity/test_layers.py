"""Each layer: outputs in float32; gradients through one SGD step and ten Adam steps in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.parity.layers import CASES, Case
from tests.parity.sides import RELATIVE, Pair, assert_agree, floats, generator, linear_loss
from tests.parity.skips import require


def _pair(case: Case) -> tuple[Pair, Any, np.random.Generator]:
    require(case.symbol)
    random = generator(case.name)
    return Pair.build(case.model, random), case.batch(random), random


def _targets(pair: Pair, x: Any, random: np.random.Generator) -> Any:
    return floats(random.normal(size=pair.ours.predict(x, verbose=0).shape))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_outputs(case: Case) -> None:
    pair, x, _ = _pair(case)
    ours, theirs = pair.both(lambda m: m.predict(x, verbose=0))
    assert_agree(ours, theirs, case.name)
    assert ours.dtype == theirs.dtype
    assert pair.ours.count_params() == pair.theirs.count_params()


TRAINED = [case for case in CASES if case.trained]


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("case", TRAINED, ids=lambda case: case.name)
def test_gradients_through_one_step(case: Case) -> None:
    pair, x, random = _pair(case)
    y = _targets(pair, x, random)
    before = pair.theirs.get_weights()
    pair.compile(lambda k: k.optimizers.SGD(1.0), linear_loss)
    relative = RELATIVE["float32"] if case.single else None
    losses = pair.both(lambda m: m.train_on_batch(x, y))
    # a mean of numbers around 1 that may cancel, in another order on each side
    assert_agree(*losses, f"{case.name}: loss", relative, scale=1.0)
    pair.agree_on_change(before, case.name, relative)


#: The first row of each class: what its other rows vary shows in one gradient as well as in ten.
FIRST = list({c.symbol: c for c in reversed(TRAINED) if not c.single}.values())[::-1]


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("case", FIRST, ids=lambda case: case.name)
def test_ten_steps_of_adam(case: Case) -> None:
    pair, x, random = _pair(case)
    y = _targets(pair, x, random)
    pair.compile(lambda k: k.optimizers.Adam(0.01), "mse")
    for step in range(10):
        pair.agree(lambda m: m.train_on_batch(x, y), f"{case.name}: loss at step {step}")
    pair.agree_on_weights(case.name)
