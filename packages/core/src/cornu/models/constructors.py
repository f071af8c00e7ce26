"""Whether a model is made of inputs and outputs."""

from __future__ import annotations

import inspect

__all__ = ["OLD_NAMES", "describes_graph", "takes_graph"]

OLD_NAMES = {"input": "inputs", "output": "outputs"}  # of Keras 1, still met in Keras 2's examples


def describes_graph(args: tuple, kwargs: dict) -> bool:
    """Tell whether these arguments of a constructor are inputs and outputs."""
    names = {OLD_NAMES.get(name, name) for name in kwargs}
    named = len({"inputs", "outputs"} & names)
    return len(args) >= 2 or (len(args) == 1 and "outputs" in names) or named == 2


def takes_graph(cls: type) -> bool:
    """Tell whether the constructor of a model class takes inputs and outputs."""
    parameters = inspect.signature(cls.__init__).parameters  # type: ignore[misc]
    kinds = {p.kind for p in parameters.values()}
    open_ended = (
        inspect.Parameter.VAR_POSITIONAL in kinds and inspect.Parameter.VAR_KEYWORD in kinds
    )
    return open_ended or {"inputs", "outputs"} <= set(parameters)
