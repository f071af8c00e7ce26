"""`keras.engine.training_utils`: what Keras 2.3 checks before it trains, and makes of the data."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_data.dataset import PyDataset
from cornu_engine import config
from cornu_keras.backend.arithmetic import not_equal

__all__ = [
    "batch_shuffle",
    "check_array_length_consistency",
    "check_generator_arguments",
    "check_loss_and_target_compatibility",
    "check_num_samples",
    "is_generator_or_sequence",
    "is_sequence",
    "iter_sequence_infinite",
    "make_batches",
    "should_run_validation",
    "standardize_class_weights",
    "standardize_sample_or_class_weights",
    "standardize_sample_weights",
    "standardize_weights",
    "weighted_masked_objective",
]


# Batches


def make_batches(size: int, batch_size: int) -> list[tuple[int, int]]:
    """Return where each batch begins and ends.

    Examples
    --------
    >>> make_batches(5, 2)
    [(0, 2), (2, 4), (4, 5)]
    """
    return [(start, min(size, start + batch_size)) for start in range(0, size, batch_size)]


def batch_shuffle(index_array: np.ndarray, batch_size: int) -> np.ndarray:
    """Return places with whole batches in another order; what is left over stays last.

    Examples
    --------
    >>> int(batch_shuffle(np.arange(5), 2)[-1])
    4
    """
    whole = len(index_array) // batch_size * batch_size
    batches = index_array[:whole].reshape(-1, batch_size)
    return np.concatenate([np.random.permutation(batches).reshape(-1), index_array[whole:]])


def is_sequence(seq: Any) -> bool:
    """Tell a `Sequence` from other iterables."""
    return isinstance(seq, PyDataset) or bool(getattr(seq, "use_sequence_api", False))


def is_generator_or_sequence(x: Any) -> bool:
    """Tell what makes whole batches from arrays."""
    return is_sequence(x) or hasattr(x, "__next__")


def iter_sequence_infinite(seq: Any) -> Iterator[Any]:
    """Yield the batches of a `Sequence` again and again."""
    while True:
        yield from (seq[i] for i in range(len(seq)))


def should_run_validation(validation_freq: Any, epoch: int) -> bool:
    """Tell whether an epoch, counted from 0, ends with a validation.

    Examples
    --------
    >>> [should_run_validation(2, epoch) for epoch in range(3)], should_run_validation([1], 0)
    ([False, True, False], True)
    """
    if isinstance(validation_freq, int):
        if validation_freq < 1:
            raise ValueError("`validation_freq` can not be less than 1.")
        return (epoch + 1) % validation_freq == 0
    if not isinstance(validation_freq, Container):
        raise ValueError(
            f"`validation_freq` must be an integer or a container, got {validation_freq!r}."
        )
    return epoch + 1 in validation_freq


# Checks


def check_generator_arguments(
    y: Any = None, sample_weight: Any = None, validation_split: float | None = None
) -> None:
    """Raise ValueError for what a generator makes itself."""
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(
                f"`{name}` argument is not supported when data is a generator or Sequence "
                "instance: let each batch be (x, y) or (x, y, sample_weight)."
            )
    if validation_split:
        raise ValueError(
            "If your data is in the form of a Python generator, you cannot use `validation_split`."
        )


def check_num_samples(
    ins: Sequence[Any],
    batch_size: int | None = None,
    steps: int | None = None,
    steps_name: str = "steps",
) -> int | None:
    """Return how many samples there are, None where `steps` says how far to go."""
    if steps is not None:
        if batch_size is not None:
            raise ValueError(f"If {steps_name} is set, the `batch_size` must be None.")
        return None
    if not ins:
        raise ValueError(f"Without arrays, say by `{steps_name}` how many batches there are to be.")
    return int(ins[0].shape[0]) if hasattr(ins[0], "shape") else None


def check_array_length_consistency(inputs: Any, targets: Any, weights: Any = None) -> None:
    """Raise ValueError where inputs, targets or weights differ in their numbers of samples.

    Parameters
    ----------
    inputs, targets, weights : list of array or None
    """
    x, y, w = (_lengths(part) for part in (inputs, targets, weights))
    for name, found in (("input", x), ("target", y), ("sample_weight", w)):
        if len(found) > 1:
            raise ValueError(
                f"All {name} arrays should have the same number of samples. Got {sorted(found)}."
            )
    if x and y and x != y:
        raise ValueError(
            "Input arrays should have the same number of samples as target arrays. Found "
            f"{x.pop()} input samples and {y.pop()} target samples."
        )
    if y and w and y != w:
        raise ValueError(
            "Sample_weight arrays should have the same number of samples as target arrays. Got "
            f"{w.pop()} weights and {y.pop()} target samples."
        )


def _lengths(arrays: Any) -> set[int]:
    if arrays is None:
        return {0}
    return {0 if x is None else int(x.shape[0]) for x in arrays}


_SAME_SHAPE = ("mean_squared_error", "binary_crossentropy", "categorical_crossentropy")


def check_loss_and_target_compatibility(
    targets: Sequence[Any], loss_fns: Sequence[Any], output_shapes: Sequence[Any]
) -> None:
    """Raise ValueError for targets that a loss cannot be meant for.

    Parameters
    ----------
    targets : list of array
    loss_fns : list of losses
    output_shapes : list of tuple
        Batch axis and all.
    """
    for y, loss, shape in zip(targets, loss_fns, output_shapes, strict=False):
        if y is None or loss is None or shape is None:
            continue
        name = _name_of(loss)
        if name == "categorical_crossentropy" and y.shape[-1] == 1:
            raise ValueError(
                f"You are passing a target array of shape {tuple(y.shape)} while using as loss "
                "`categorical_crossentropy`, which expects targets to be binary matrices (1s and "
                "0s) of shape (samples, classes). Turn class indices into such a matrix with "
                "keras.utils.to_categorical, or use the loss `sparse_categorical_crossentropy`."
            )
        different = any(
            b is not None and a != b for a, b in zip(y.shape[1:], shape[1:], strict=False)
        )
        if different and name in _SAME_SHAPE:
            raise ValueError(
                f"A target array with shape {tuple(y.shape)} was passed for an output of shape "
                f"{tuple(shape)} while using as loss `{name}`. This loss expects targets to have "
                "the same shape as the output."
            )


def _name_of(loss: Any) -> str:
    inner = getattr(loss, "fn", loss)
    name = getattr(inner, "__name__", None) or getattr(loss, "name", "")
    return str(name)


# Weights


def standardize_sample_or_class_weights(
    x_weight: Any, output_names: Sequence[str], weight_type: str
) -> list[Any]:
    """Return weights as a list of one for each output.

    Examples
    --------
    >>> standardize_sample_or_class_weights({"b": 1}, ["a", "b"], "class_weight")
    [None, 1]
    """
    if x_weight is None or (isinstance(x_weight, (list, dict)) and not x_weight):
        return [None] * len(output_names)
    if len(output_names) == 1:
        if isinstance(x_weight, list) and len(x_weight) == 1:
            return x_weight
        if isinstance(x_weight, dict) and output_names[0] in x_weight:
            return [x_weight[output_names[0]]]
        return [x_weight]
    if isinstance(x_weight, list):
        if len(x_weight) != len(output_names):
            raise ValueError(
                f"Provided `{weight_type}` was a list of {len(x_weight)} elements, but the model "
                f"has {len(output_names)} outputs. You should provide one `{weight_type}` array "
                "per model output."
            )
        return x_weight
    if isinstance(x_weight, dict):
        return [x_weight.get(name) for name in output_names]
    raise TypeError(
        f"The model has multiple outputs, so `{weight_type}` should be either a list or a dict. "
        f"Provided `{weight_type}` type not understood: {type(x_weight).__name__}."
    )


def standardize_class_weights(class_weight: Any, output_names: Sequence[str]) -> list[Any]:
    """Return the class weights of each output."""
    return standardize_sample_or_class_weights(class_weight, output_names, "class_weight")


def standardize_sample_weights(sample_weight: Any, output_names: Sequence[str]) -> list[Any]:
    """Return the sample weights of each output."""
    return standardize_sample_or_class_weights(sample_weight, output_names, "sample_weight")


def standardize_weights(
    y: np.ndarray,
    sample_weight: Any = None,
    class_weight: Any = None,
    sample_weight_mode: str | None = None,
) -> np.ndarray:
    """Return the weight of each sample, or of each step in time, in the loss of one output.

    Parameters
    ----------
    y : ndarray
        Targets.
    sample_weight : ndarray, optional
    class_weight : dict, optional
        Weights by class; each class that occurs must have one.
    sample_weight_mode : {None, "temporal"}

    Raises
    ------
    ValueError
        For weights whose axes are not what the mode says, and for a class without a weight.

    Examples
    --------
    >>> standardize_weights(np.array([0, 1, 1]), class_weight={0: 1.0, 1: 0.5})
    array([1. , 0.5, 0.5])
    """
    axes = 1 if sample_weight_mode is None else 2
    if sample_weight_mode not in (None, "temporal"):
        raise ValueError(
            f'"sample_weight_mode" should be None or "temporal". Found: {sample_weight_mode!r}'
        )
    if axes == 2 and y.ndim < 3:
        raise ValueError(
            f"Found targets of shape {y.shape}. Timestep-wise sample weighting (use of "
            'sample_weight_mode="temporal") is restricted to outputs that are at least 3D, i.e. '
            "that have a time dimension."
        )
    if sample_weight is not None:
        _check_sample_weight(np.shape(sample_weight), y.shape, axes)
    of_classes = _of_classes(y, class_weight) if isinstance(class_weight, Mapping) else None
    found = [w for w in (sample_weight, of_classes) if w is not None]
    if not found:
        return np.ones(y.shape[:axes], config.floatx())
    return np.asarray(found[0]) if len(found) == 1 else np.multiply(*found)


def _check_sample_weight(shape: tuple[int, ...], targets: tuple[int, ...], axes: int) -> None:
    if len(shape) != axes:
        advice = (
            'In order to use timestep-wise sample weights, specify sample_weight_mode="temporal" '
            "in compile(). For sample-wise weights, make sure that the array is 1D."
            if axes == 1
            else "In order to use timestep-wise sample weighting, pass a 2D sample_weight array."
        )
        raise ValueError(f"Found a sample_weight array with shape {shape}. {advice}")
    if targets[:axes] != shape:
        raise ValueError(
            f"Found a sample_weight array with shape {shape} for targets with shape {targets}. "
            "sample_weight cannot be broadcast."
        )


def _of_classes(y: np.ndarray, class_weight: Mapping[Any, float]) -> np.ndarray:
    if y.ndim > 2:
        raise ValueError("`class_weight` not supported for 3+ dimensional targets.")
    classes = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
    missing = sorted({c for c in classes.tolist() if c not in class_weight})
    if missing:
        raise ValueError(
            "`class_weight` must contain all classes in the data. The classes "
            f"{set(missing)} exist in the data but not in `class_weight`."
        )
    return np.asarray([class_weight[c] for c in classes.tolist()])


def weighted_masked_objective(fn: Callable[..., Any] | None) -> Callable[..., Any] | None:
    """Return `fn(y_true, y_pred)` as a function that also takes weights and a mask.

    Both leave the mean what it is over those that count: it is divided by their part.
    """
    if fn is None:
        return None

    def weighted(y_true: Any, y_pred: Any, weights: Any, mask: Any = None) -> Any:
        losses = fn(y_true, y_pred)
        if mask is not None:
            mask = ops.cast(mask, config.floatx())
            losses = losses * mask / (ops.mean(mask) + config.epsilon())
        if weights is not None:
            axes = list(range(len(weights.shape), len(losses.shape)))
            losses = ops.mean(losses, axis=axes) if axes else losses
            losses = losses * weights
            losses = losses / ops.mean(ops.cast(not_equal(weights, 0), config.floatx()))
        return ops.mean(losses)

    return weighted
