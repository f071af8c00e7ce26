"""A table with numbers, words and gaps: one pipeline of pandas, scikit-learn and a network.

The flats are made up: the rent follows from size, age, quarter and balcony, and some of the
entries are missing. `rents.png` shows the rents of flats that the network has not seen.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.metrics import PredictionErrorDisplay
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from cornu.callbacks import EarlyStopping
from cornu.wrappers import KerasRegressor

QUARTERS = {"centre": 4.0, "harbour": 2.5, "hill": 3.0, "suburb": 0.0}


def flats(count: int) -> pd.DataFrame:
    """A table of flats and their rents."""
    draw = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "size": draw.uniform(20, 140, count).round(),
            "built": draw.integers(1880, 2024, count).astype(float),
            "quarter": draw.choice(list(QUARTERS), count),
            "balcony": draw.choice(["yes", "no"], count),
        }
    )
    per_metre = 9 + table["quarter"].map(QUARTERS) + 0.02 * (table["built"] - 1950).clip(lower=0)
    table["rent"] = table["size"] * per_metre + 60 * (table["balcony"] == "yes")
    table["rent"] += draw.normal(0, 20, count)
    table.loc[draw.random(count) < 0.05, "built"] = np.nan
    return table


def main() -> None:
    table = flats(800)
    train, test = train_test_split(table, test_size=0.25, random_state=0)

    columns = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["size", "built"]),
            ("words", OneHotEncoder(drop="if_binary", sparse_output=False), ["quarter", "balcony"]),
        ],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    network = KerasRegressor(
        epochs=200,
        validation_split=0.1,
        callbacks=EarlyStopping(patience=15, restore_best_weights=True),
        random_state=0,
    )
    pipeline = Pipeline([("columns", columns), ("network", network)])
    scores = cross_val_score(pipeline, train.drop(columns="rent"), train["rent"], cv=3)
    print(f"cross-validated R² {scores.mean():.3f}")

    pipeline.fit(train.drop(columns="rent"), train["rent"])
    fitted = pipeline["network"]
    print(f"columns: {', '.join(fitted.feature_names_in_)}")
    print(f"stopped after {fitted.current_epoch} of 200 epochs")
    drawn = PredictionErrorDisplay.from_estimator(
        pipeline, test.drop(columns="rent"), test["rent"], kind="actual_vs_predicted"
    )
    drawn.figure_.savefig("rents.png", dpi=80)
    print(f"r2 {pipeline.score(test.drop(columns='rent'), test['rent']):.3f}")


if __name__ == "__main__":
    main()
