"""How much does more data help? A regression with its learning curve, drawn by scikit-learn.

The picture is written to `learning_curve.png`.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import LearningCurveDisplay, ShuffleSplit, cross_val_score

from cornu.wrappers import KerasRegressor


def surface(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Friedman's function of five columns among eight, with noise."""
    draw = np.random.default_rng(0)
    x = draw.random((count, 8))
    y = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2
    return x, y + 10 * x[:, 3] + 5 * x[:, 4] + draw.normal(0, 1, count)


def main() -> None:
    x, y = surface(600)
    folds = ShuffleSplit(n_splits=2, test_size=0.25, random_state=0)
    models = {
        "network": KerasRegressor(epochs=60, random_state=0),
        "line": LinearRegression(),
    }
    figure, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True)
    for (name, model), axis in zip(models.items(), axes, strict=True):
        LearningCurveDisplay.from_estimator(
            model, x, y, cv=folds, train_sizes=[0.1, 0.3, 1.0], ax=axis, score_name="R²"
        )
        axis.set_title(name)
    figure.tight_layout()
    figure.savefig("learning_curve.png", dpi=100)

    scores = {name: cross_val_score(model, x, y, cv=folds) for name, model in models.items()}
    for name, found in scores.items():
        print(f"{name}: R² {found.mean():.3f} with all rows")
    print(f"gain {scores['network'].mean() - scores['line'].mean():.3f}")


if __name__ == "__main__":
    main()
