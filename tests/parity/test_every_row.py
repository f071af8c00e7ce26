"""All that both sides have is compared: each public name of live Keras has a row, or a reason."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

import pytest

from tests.coverage.symbols import MISSING, resolve
from tests.parity import test_losses, test_metrics, test_optimizers, test_parts
from tests.parity.layers import CASES
from tests.parity.operations import OPERATIONS


def _names(*tables: Iterable[Any]) -> set[str]:
    """Return what the rows of tables are about, without what is special about them."""
    rows = (row if isinstance(row, str) else row[0] for table in tables for row in table)
    return {row.partition("-")[0] for row in rows}


#: namespace -> the names that have a row
ROWS: dict[str, set[str]] = {
    "layers": {case.symbol.rpartition(".")[2] for case in CASES},
    "losses": _names(test_losses.FUNCTIONS, test_losses.CLASSES),
    "metrics": _names(
        test_metrics.METRICS,
        test_metrics.FUNCTIONS,
        test_metrics.OF_VALUES,
        test_metrics.OF_CLASS_MAPS,
    ),
    "optimizers": _names(test_optimizers.OPTIMIZERS),
    "optimizers.schedules": _names(test_optimizers.SCHEDULES),
    "activations": _names(test_parts.ACTIVATIONS),
    "constraints": _names(test_parts.CONSTRAINTS),
    "initializers": _names(test_parts.FIXED, test_parts.RANDOM),
    "regularizers": _names(test_parts.REGULARIZERS),
    "ops": {name for name in _names([row.name for row in OPERATIONS]) if "." not in name},
}

#: What computes nothing by itself: base classes, and the ways to and from a configuration.
WITHOUT_NUMBERS = set(
    "Layer Wrapper Input InputLayer InputSpec Loss Metric MeanMetricWrapper Optimizer "
    "OptimizerMap LearningRateSchedule Constraint Initializer Regularizer deserialize serialize "
    "get array convert_to_numpy convert_to_tensor dtype empty empty_like is_tensor".split()
)

#: What Keras gets wrong.
WRONG = {
    "sparsemax",  # sums to 1 only where one class takes all
}


@pytest.mark.parametrize("namespace", ROWS)
def test_every_name_has_a_row(namespace: str) -> None:
    theirs = resolve(f"keras.{namespace}")
    shared = {
        name: value
        for name, value in vars(theirs).items()
        if not name.startswith("_") and not inspect.ismodule(value) and _is_here(namespace, name)
    }
    rows = ROWS[namespace]
    assert not rows - set(vars(theirs)), "rows of nothing"
    # Of several names for one thing, one is enough.
    compared = {id(shared[name]) for name in rows if name in shared}
    missing = {name for name, value in shared.items() if id(value) not in compared}
    assert missing - WITHOUT_NUMBERS - WRONG == set()


def _is_here(namespace: str, name: str) -> bool:
    ours = resolve(f"cornu.{namespace}.{name}")
    # Layers that prepare data are compared beside the rest of their package.
    module = getattr(ours, "__module__", "")
    return ours is not MISSING and not module.startswith("cornu_preprocessing")
