"""The grid search of 2019's tutorials, as it was written, over optimizers, initializers and epochs.

Then the table was that of the Pima Indians; here it is the one on breast cancer that comes with
scikit-learn. Only the first import is another, and `n_jobs=-1` now does what it says.
"""

from __future__ import annotations

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.preprocessing import StandardScaler

from cornu.layers import Dense
from cornu.models import Sequential
from cornu.wrappers.scikit_learn import KerasClassifier


def create_model(optimizer="rmsprop", init="glorot_uniform"):
    model = Sequential()
    model.add(Dense(12, input_dim=30, kernel_initializer=init, activation="relu"))
    model.add(Dense(8, kernel_initializer=init, activation="relu"))
    model.add(Dense(1, kernel_initializer=init, activation="sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    return model


def main() -> None:
    X, Y = load_breast_cancer(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    X, X_test, Y, Y_test = train_test_split(X, Y, test_size=0.25, random_state=7)

    model = KerasClassifier(build_fn=create_model, verbose=0, random_state=7)
    param_grid = {
        "optimizer": ["rmsprop", "adam"],
        "init": ["glorot_uniform", "normal", "uniform"],
        "epochs": [10, 30],
        "batch_size": [16],
    }
    grid = GridSearchCV(estimator=model, param_grid=param_grid, cv=3, n_jobs=-1)
    grid_result = grid.fit(X, Y)

    print(f"Best: {grid_result.best_score_:.3f} using {grid_result.best_params_}")
    means = grid_result.cv_results_["mean_test_score"]
    stds = grid_result.cv_results_["std_test_score"]
    params = grid_result.cv_results_["params"]
    for mean, stdev, param in zip(means, stds, params, strict=True):
        print(f"{mean:.3f} ({stdev:.3f}) with: {param}")
    print(f"accuracy {grid_result.score(X_test, Y_test):.3f}")


if __name__ == "__main__":
    main()
