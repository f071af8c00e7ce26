"""What goes on where training stopped, beside weights and the optimizer: random numbers, states
of stateful layers, metrics.

Keras keeps none of these in a file. They lie in a group of their own, which it passes over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu_data.files.plan import put
from cornu_engine import tree
from cornu_engine.files.hdf5 import Dataset, Group, checked
from cornu_engine.variable import Variable
from cornu_ops.random.seed import is_seeded, restore_seed_state, seed_state

GROUP = "cornu"


def write_state(model: Any, file: Any) -> None:
    """Write into an open HDF5 file."""
    for kind, variables in _variables(model).items():
        if variables:
            group = file.require_group(f"{GROUP}/{kind}")
            for index, variable in enumerate(variables):
                put(group, str(index), variable.numpy())
    state = seed_state()
    words = [state["entropy"], state["drawn"]]
    if state["generator"] is not None:
        words.extend(state["generator"].tolist())
    put(file.require_group(GROUP), "random", np.array(words, np.uint64))


def read_state(model: Any, root: Group) -> None:
    """Read what `write_state` wrote, as far as it fits the model.

    The process goes on with the file's random numbers unless it has been given a seed of its own.
    """
    group = root.group(GROUP)
    if group is None:
        return
    for kind, variables in _variables(model).items():
        stored = list(_stored(group, kind))
        if [x.shape for x in stored] == [v.shape for v in variables]:
            for variable, value in zip(variables, stored, strict=True):
                variable.assign(value)
    if getattr(model, "compiled", False):
        values = {kind: list(_stored(group, f"metrics/{kind}")) for kind in _METRICS}
        model._compiled.set_metric_values(values)
    source = group.get("random")
    if isinstance(source, Dataset) and source.shape in ((2,), (4,)) and not is_seeded():
        entropy, drawn, *draws = (int(x) for x in checked(source))
        generator = np.array(draws, np.uint32) if draws else None
        restore_seed_state({"entropy": entropy, "drawn": drawn, "generator": generator})


def _stored(group: Group, kind: str) -> Iterator[np.ndarray]:
    below = group.group(kind)
    index = 0
    while below is not None and isinstance(dataset := below.get(str(index)), Dataset):
        yield checked(dataset)
        index += 1


_METRICS = ("loss", "metrics", "losses")


def _variables(model: Any) -> dict[str, list[Variable]]:
    layers = model._flatten_layers()
    compiled = getattr(model, "compiled", False)  # a layer alone never is
    metrics = model._compiled.metric_variables() if compiled else {}
    return {
        "seeds": [g.state for layer in layers for g in layer._parts.seed_generators],
        "states": [
            v
            for layer in layers
            for v in tree.flatten(layer.__dict__.get("states"))
            if isinstance(v, Variable)
        ],
        **{f"metrics/{kind}": variables for kind, variables in metrics.items()},
    }
