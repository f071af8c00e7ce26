"""`tf.train.Saver`: the variables of a graph in a file, by their names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from cornu_keras.compat.tensorflow.checks import NotFoundError
from cornu_keras.compat.tensorflow.graphs import variables

__all__ = ["ENDING", "Saver"]

ENDING = ".index"  # of a checkpoint's file, for which scripts look


class Saver:
    """Saves variables, and reads them again.

    Parameters
    ----------
    var_list : list or dict of variables, optional
        All of the graph by default. Layers and models of Keras have `save_weights`.
    max_to_keep : int
        How many files are kept; None or 0 is all.

    Raises
    ------
    ValueError
        If there are no variables.
    """

    def __init__(self, var_list: Any = None, max_to_keep: int | None = 5, **_: Any) -> None:
        given = variables() if var_list is None else var_list
        named = given if isinstance(given, dict) else _by_names(given)
        if not named:
            raise ValueError(
                "No variables to save: tf.train.Saver takes those of tf.Variable and "
                "tf.get_variable; a model of Keras has save_weights()."
            )
        self._variables, self._most = dict(named), max_to_keep
        self.last_checkpoints: list[str] = []

    def save(self, sess: Any, save_path: Any, global_step: Any = None, **_: Any) -> str:
        """Write a file, and return its path without the ending."""
        path = str(save_path) if global_step is None else f"{save_path}-{int(global_step)}"
        arrays = {name: variable.numpy() for name, variable in self._variables.items()}
        partial = Path(f"{path}.partial")
        partial.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            np.savez(file, **arrays)
        partial.replace(f"{path}{ENDING}")
        self.last_checkpoints = [p for p in self.last_checkpoints if p != path] + [path]
        while self._most and len(self.last_checkpoints) > self._most:
            Path(f"{self.last_checkpoints.pop(0)}{ENDING}").unlink(missing_ok=True)
        return path

    def restore(self, sess: Any, save_path: Any) -> None:
        """Read a file into the variables.

        Raises
        ------
        NotFoundError
            For a file that is not there, or lacks a variable.
        """
        file = Path(f"{save_path}{ENDING}")
        if not file.exists():
            raise NotFoundError(f"There is no checkpoint {save_path}.")
        with np.load(file, allow_pickle=False) as arrays:
            for name, variable in self._variables.items():
                if name not in arrays:
                    raise NotFoundError(
                        f"Key {name} not found in checkpoint {save_path}, which has "
                        f"{sorted(arrays)}."
                    )
                variable.load(arrays[name])


def _by_names(given: Any) -> dict[str, Any]:
    """Return variables by names: of several of one name, the second ends in `_1`."""
    named: dict[str, Any] = {}
    for variable in given:
        name = variable.name.split(":")[0]
        places = (f"{name}_{i}" if i else name for i in range(len(named) + 1))
        named[next(place for place in places if place not in named)] = variable
    return named
