"""What `mpiexec` starts: `python -m tests.distributed.run FOLDER CASE...`; writes what came out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

import cornu
from cornu_distributed import the_world
from tests.distributed.cases import CASES


def digits(value: Any) -> Any:
    return {name: np.asarray(numbers, float).tolist() for name, numbers in value.items()}


def main(folder: str, names: list[str]) -> None:
    distribution = cornu.distribution
    distribution.initialize()
    cornu.config.set_floatx("float64")
    if distribution.get_device_count() > 1:
        distribution.set_distribution(distribution.DataParallel())
    found = {}
    for name in names:
        cornu.utils.set_random_seed(1)
        model, history = CASES[name]()
        state = [*model.variables, *(model.optimizer.variables if model.optimizer else ())]
        weights = [v.array.ravel().tolist() for v in state]
        found[name] = {"weights": weights, "history": digits(history)}
    world = the_world()
    Path(folder, f"{world.size}_{world.rank}.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:] or list(CASES))
