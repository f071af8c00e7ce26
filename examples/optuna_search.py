"""A search that gives up early on what does not learn: Optuna draws settings, and prunes by epochs.

`network` is what KerasTuner calls a hypermodel: it asks the trial for each number it needs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import optuna
from sklearn.datasets import load_digits

import cornu
from cornu import layers


class Pruning(cornu.callbacks.Callback):
    """Reports a metric of each epoch to a trial, and ends one that Optuna gives up."""

    def __init__(self, trial: optuna.Trial, monitor: str = "val_accuracy") -> None:
        super().__init__()
        self.trial, self.monitor = trial, monitor

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Between two epochs."""
        self.trial.report((logs or {})[self.monitor], epoch)
        if self.trial.should_prune():
            raise optuna.TrialPruned(f"at epoch {epoch}")


def network(trial: optuna.Trial) -> cornu.Sequential:
    """Make a model of the settings that a trial suggests."""
    model = cornu.Sequential([cornu.Input((64,))])
    for depth in range(trial.suggest_int("depth", 1, 2)):
        units = trial.suggest_categorical(f"units_{depth}", [16, 64])
        model.add(layers.Dense(units, activation=trial.suggest_categorical("act", ["relu", "elu"])))
    if trial.suggest_categorical("drops", [False, True]):
        model.add(layers.Dropout(trial.suggest_float("rate", 0.1, 0.5)))
    model.add(layers.Dense(10, activation="softmax"))
    rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    optimizer = cornu.optimizers.Adam(rate)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def main() -> None:
    x, y = load_digits(return_X_y=True)
    x = (x / 16).astype("float32")
    order = np.random.default_rng(0).permutation(len(x))
    train, test = order[:1200], order[1200:]

    def objective(trial: optuna.Trial) -> float:
        cornu.set_seed(0)  # each trial is the same wherever it runs
        history = network(trial).fit(
            x[train],
            y[train],
            epochs=8,
            verbose=0,
            validation_data=(x[test], y[test]),
            callbacks=[Pruning(trial)],
        )
        return history.history["val_accuracy"][-1]

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=0),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1),
    )
    study.optimize(objective, n_trials=12)

    pruned = [t for t in study.trials if t.state == optuna.trial.TrialState.PRUNED]
    print(f"{len(study.trials)} trials, {len(pruned)} of them given up early")
    print(f"best: {study.best_params}")
    print(f"accuracy {study.best_value:.3f}")


if __name__ == "__main__":
    main()
