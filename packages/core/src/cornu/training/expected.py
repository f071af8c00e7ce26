"""What a model tells of its inputs and outputs before the first batch, for data to be checked."""

from __future__ import annotations

import contextlib

from cornu.training.trainable import Trainable
from cornu_data import KnownInput, KnownOutput
from cornu_data.outputs import Outputs

__all__ = ["known_inputs", "known_outputs"]


def known_inputs(model: Trainable) -> list[KnownInput] | None:
    """Return what the model takes, or None if it takes whatever comes."""
    try:
        tensors = model.inputs
        names = model.input_names
        described = model.input
    except (AttributeError, ValueError):  # a subclassed model, or one that is not built
        return None
    if model._any_rank:
        return None
    if isinstance(described, dict) and len(described) == len(names):
        names = sorted(described)
    return [
        KnownInput(name, tuple(t.shape), t.dtype) for name, t in zip(names, tensors, strict=True)
    ]


def known_outputs(model: Trainable) -> list[KnownOutput]:
    """Return what is known of the outputs: names and ranks if the model is built."""
    outputs: Outputs | None = None
    ranks: list[int | None] = []
    with contextlib.suppress(AttributeError, ValueError):
        outputs = Outputs(model.output, model._output_names())
        ranks = [len(tensor.shape) for tensor in outputs.values]
    losses = model.compiled_losses
    if losses is None:
        numbers = [False] * (0 if outputs is None else len(outputs))
    else:
        numbers = losses.take_numbers(outputs)
    unnamed = [f"output_{i + 1}" for i in range(len(numbers))]
    names = unnamed if outputs is None else outputs.names
    return list(map(KnownOutput, names, ranks or [None] * len(names), numbers))
