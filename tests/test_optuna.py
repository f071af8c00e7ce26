"""Searches with a real Optuna, by the callback of the recipe."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu
from cornu import layers

optuna = pytest.importorskip("optuna")
EXAMPLE = Path(__file__).parents[1] / "examples" / "optuna_search.py"
X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


@pytest.fixture(scope="module")
def pruning() -> Any:
    return runpy.run_path(str(EXAMPLE))["Pruning"]


def trained(trial: Any, pruning: Any, epochs: int = 4) -> list[float]:
    cornu.set_seed(0)
    model = cornu.Sequential([cornu.Input((3,)), layers.Dense(1, "sigmoid")])
    rate = trial.suggest_categorical("rate", [0.5, 0.0])
    model.compile(cornu.optimizers.SGD(rate), "binary_crossentropy")
    callbacks = [pruning(trial, "val_loss")]
    history = model.fit(X, Y, epochs=epochs, verbose=0, validation_data=(X, Y), callbacks=callbacks)
    return history.history["val_loss"]


def study_of(pruner: Any, rates: list[float]) -> Any:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="minimize", pruner=pruner)
    for rate in rates:
        study.enqueue_trial({"rate": rate})
    return study


def test_a_trial_is_told_every_epoch(pruning):
    study = study_of(optuna.pruners.NopPruner(), [0.5])
    seen: list[float] = []

    def objective(trial: Any) -> float:
        seen.extend(trained(trial, pruning))
        return seen[-1]

    study.optimize(objective, n_trials=1)
    assert list(study.trials[0].intermediate_values.values()) == seen
    assert study.best_value == seen[-1]


def test_what_lags_behind_is_given_up_and_the_others_are_as_without(pruning):
    rates = [0.5, 0.0, 0.5]
    found = {}
    for name, pruner in {
        "kept": optuna.pruners.NopPruner(),
        "pruned": optuna.pruners.MedianPruner(n_startup_trials=1, n_warmup_steps=1),
    }.items():
        study = study_of(pruner, rates)
        study.optimize(lambda trial: trained(trial, pruning)[-1], n_trials=len(rates))
        found[name] = study.trials
    states = [trial.state.name for trial in found["pruned"]]
    assert states == ["COMPLETE", "PRUNED", "COMPLETE"]
    assert found["pruned"][1].last_step == 1
    for place in (0, 2):
        assert found["pruned"][place].value == found["kept"][place].value


def test_trials_in_threads_are_those_of_one(pruning):
    rates = [0.5, 0.0, 0.5, 0.0]
    values = []
    for jobs in (1, 2):
        study = study_of(optuna.pruners.NopPruner(), rates)
        study.optimize(lambda trial: trained(trial, pruning)[-1], n_trials=4, n_jobs=jobs)
        values.append(sorted(trial.value for trial in study.trials))
    assert values[0] == values[1]
