"""Class weights become sample weights, and one array of sample weights serves every output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cornu import config, tree
from cornu.errors import DataError, near_matches
from cornu.training.data.names import leaves_with_names

__all__ = ["class_weights_to_sample_weights", "combine_weights"]


def combine_weights(
    y: Any, sample_weight: Any, class_weight: Mapping[Any, Any] | None, output_names: Any = None
) -> Any:
    """Return sample weights in the structure of `y`, class weights multiplied in.

    Parameters
    ----------
    y : array or structure of arrays
        Targets.
    sample_weight : array, structure of arrays or None
        One array for all outputs, or one for each.
    class_weight : dict or None
        Weight of each class, or such a dict for each output by name.
    output_names : list of str, optional
        Names of the outputs that the parts of `y` belong to.
    """
    if class_weight is not None and not isinstance(class_weight, Mapping):
        raise DataError(
            f"class_weight={class_weight!r} is no dict: write the weight of each class, as in "
            "class_weight={0: 1.0, 1: 5.0}."
        )
    if class_weight:
        by_class = _weights_by_class(y, class_weight, output_names)
        if sample_weight is None:
            return by_class
        return _multiply(y, _spread(y, sample_weight), by_class)
    return None if sample_weight is None else _spread(y, sample_weight)


def class_weights_to_sample_weights(y: Any, class_weight: Mapping[Any, float]) -> np.ndarray:
    """Return the weight of each sample's class; 1 for classes that are not mentioned.

    Examples
    --------
    >>> class_weights_to_sample_weights(np.array([0, 1, 1]), {0: 1.0, 1: 5.0})
    array([1., 5., 5.], dtype=float32)
    """
    _check_classes(class_weight)
    classes = np.asarray(y)
    if classes.ndim > 1:
        classes = classes.argmax(-1) if classes.shape[-1] != 1 else classes[..., 0]
    present, where = np.unique(np.round(classes).astype(np.int64), return_inverse=True)
    weights = [float(class_weight.get(int(label), 1.0)) for label in present]
    return np.asarray(weights, config.floatx())[where.reshape(classes.shape)]


def _weights_by_class(y: Any, class_weight: Mapping[Any, Any], output_names: Any) -> Any:
    if not any(isinstance(value, Mapping) for value in class_weight.values()):
        if tree.is_nested(y) and len(tree.flatten(y)) > 1:
            raise DataError(
                "class_weight names classes, but the model has several outputs. Say which output "
                f"is meant: class_weight={{'name of the output': {dict(class_weight)!r}}}."
            )
        return tree.map_structure(
            lambda part: class_weights_to_sample_weights(part, class_weight), y
        )
    names = list(y) if isinstance(y, dict) else list(output_names or [])
    for name in class_weight:
        if name not in names:
            raise DataError(
                f"class_weight names the output {name!r}, but the outputs are "
                f"{', '.join(map(repr, names))}. "
                f"{near_matches(str(name), names)}".rstrip()
            )
    parts = dict(y) if isinstance(y, dict) else dict(zip(names, tree.flatten(y), strict=False))
    weights = {
        name: class_weights_to_sample_weights(part, class_weight[name])
        if name in class_weight
        else np.ones(len(part), config.floatx())
        for name, part in parts.items()
    }
    return weights if isinstance(y, dict) else tree.pack_sequence_as(y, [weights[n] for n in parts])


def _check_classes(class_weight: Mapping[Any, Any]) -> None:
    """Refuse names of classes: a weight that no label can meet would be lost without a word."""
    for label in class_weight:
        if not isinstance(label, (int, float, np.number)):
            raise DataError(
                f"class_weight names the class {label!r}, but labels are numbers: write "
                "class_weight={0: ..., 1: ...}."
            )


def _spread(y: Any, sample_weight: Any) -> Any:
    """Give each output the one array of weights, or check that there is one for each."""
    if not tree.is_nested(y):
        return sample_weight
    if tree.is_nested(sample_weight):
        wanted, given = len(tree.flatten(y)), len(tree.flatten(sample_weight))
        if wanted != given:
            raise DataError(
                f"sample_weight holds {given} arrays, but y holds {wanted}. Pass one array for all "
                f"outputs, or one for each in the structure of y."
            )
        if isinstance(y, dict) and isinstance(sample_weight, dict):
            missing = sorted(set(y) - set(sample_weight))
            if missing:
                raise DataError(f"sample_weight has no entry for {', '.join(map(repr, missing))}.")
            return {name: sample_weight[name] for name in y}
        return tree.pack_sequence_as(y, tree.flatten(sample_weight))
    if sample_weight.ndim > 1 and sample_weight.shape[1:] != (1,):
        names = ", ".join(name for name, _ in leaves_with_names(y, "y"))
        raise DataError(
            f"One sample_weight of shape {sample_weight.shape} cannot serve several outputs "
            f"({names}). Pass weights of shape (samples,), or one array for each output."
        )
    return tree.map_structure(lambda _: sample_weight, y)


def _multiply(y: Any, sample_weight: Any, by_class: Any) -> Any:
    def times(weight: np.ndarray, of_class: np.ndarray) -> np.ndarray:
        missing = weight.ndim - of_class.ndim
        if missing > 0:  # weights of each time step, classes of each sample
            of_class = of_class.reshape(of_class.shape + (1,) * missing)
        elif missing < 0:
            weight = weight.reshape(weight.shape + (1,) * -missing)
        return (weight * of_class).astype(config.floatx())

    return tree.map_structure(times, sample_weight, by_class)
