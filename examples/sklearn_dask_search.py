"""A random search over a Dask cluster: here two processes of this machine, elsewhere many machines.

The scores are the same, bit for bit, as those of one process.
"""

from __future__ import annotations

import joblib
import numpy as np
from dask.distributed import Client, LocalCluster
from scipy.stats import loguniform
from sklearn.datasets import load_digits
from sklearn.model_selection import RandomizedSearchCV

from cornu.wrappers import KerasClassifier


def main() -> None:
    x, y = load_digits(return_X_y=True)
    x, y = x[:600], y[:600]
    network = KerasClassifier(epochs=8, random_state=0)
    choices = {
        "model__hidden": [(16,), (64,), (64, 32)],
        "model__dropout": [0.0, 0.2],
        "model__learning_rate": loguniform(1e-3, 3e-2),
    }

    def search() -> RandomizedSearchCV:
        return RandomizedSearchCV(network, choices, n_iter=5, cv=2, random_state=0)

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        found = search().set_params(n_jobs=-1).fit(x, y)
    alone = search().fit(x, y)

    name = "mean_test_score"
    same = np.array_equal(found.cv_results_[name], alone.cv_results_[name])
    print(f"the same scores in one process: {same}")
    print(f"best: {found.best_params_}")
    print(f"accuracy {found.best_score_:.3f}")


if __name__ == "__main__":
    main()
