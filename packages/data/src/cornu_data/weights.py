"""Class weights become sample weights, and one array of sample weights serves every output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from cornu_data.names import entry_of, leaves_with_names
from cornu_data.outputs import Outputs
from cornu_data.stored.rows import Rows
from cornu_engine import config, tree
from cornu_engine.errors import DataError, near_matches

__all__ = ["KnownOutput", "class_weights_to_sample_weights", "combine_weights", "weights_by_blocks"]


class KnownOutput(NamedTuple):
    """What is known of an output before the first batch.

    Attributes
    ----------
    name : str
    rank : int or None
        Number of axes, None for a model that is not built.
    numbers : bool
        Whether its loss takes class numbers.
    """

    name: str
    rank: int | None = None
    numbers: bool = False


UNKNOWN = KnownOutput("")


def combine_weights(
    y: Any, sample_weight: Any, class_weight: Any, outputs: Sequence[KnownOutput] | None = None
) -> Any:
    """Return sample weights in the structure of `y`, class weights multiplied in.

    Parameters
    ----------
    y : array or structure of arrays
        Targets.
    sample_weight : array, structure of arrays or None
        One array for all outputs, or one for each; outputs without any count 1.
    class_weight : dict, list of dict, or None
        Weight of each class; for several outputs, such a dict for each, in order or by name.
    outputs : sequence of KnownOutput, optional
        The outputs that the parts of `y` belong to.
    """
    outputs = list(outputs or ())
    by_output = _by_output(y, class_weight, outputs)
    given = None if sample_weight is None else _spread(y, sample_weight, _in_order(y, outputs))
    if by_output is None:
        return given
    weights = [
        None if classes is None else class_weights_to_sample_weights(part, classes, output)
        for part, classes, output in zip(
            tree.flatten(y), by_output, _in_order(y, outputs), strict=True
        )
    ]
    if given is not None:
        weights = list(map(_multiply, tree.flatten(given), weights))
    if all(weight is None for weight in weights):
        return None
    return tree.pack_sequence_as(y, weights)


def weights_by_blocks(
    y: Any, sample_weight: Any, class_weight: Any, outputs: Sequence[KnownOutput] | None = None
) -> Any:
    """Return what `combine_weights` does, as rows that are made when those of `y` are read."""

    def combined(rows: slice) -> Any:
        read, given = (
            tree.map_structure(lambda a: None if a is None else np.asarray(a[rows]), part)
            for part in (y, sample_weight)
        )
        return combine_weights(read, given, class_weight, outputs)

    def of_leaf(place: int, one: Any) -> Rows | None:
        if one is None:
            return None

        def read(rows: slice) -> Any:
            return tree.flatten(combined(rows))[place]

        return Rows(read, 0, count, one.shape[1:], one.dtype, is_stored=True)

    count = next(len(leaf) for leaf in tree.flatten(y) if leaf is not None)
    first = combined(slice(0, 1))
    if first is None:
        return None
    leaves = [of_leaf(place, one) for place, one in enumerate(tree.flatten(first))]
    return tree.pack_sequence_as(first, leaves)


def class_weights_to_sample_weights(
    y: Any, class_weight: Mapping[Any, float], output: KnownOutput = UNKNOWN
) -> np.ndarray:
    """Return the weight of each class number; 1 for classes that are not mentioned.

    Examples
    --------
    >>> class_weights_to_sample_weights(np.array([0, 1, 1]), {0: 1.0, 1: 5.0})
    array([1., 5., 5.], dtype=float32)
    """
    _check_classes(class_weight)
    classes = np.asarray(y)
    if classes.ndim > 1 and classes.shape[-1] == 1:
        classes = classes[..., 0]
    elif classes.ndim > 1 and not _holds_numbers(classes, output):
        classes = classes.argmax(-1)
    present, where = np.unique(np.round(classes).astype(np.int64), return_inverse=True)
    weights = [float(class_weight.get(int(label), 1.0)) for label in present]
    return np.asarray(weights, config.floatx())[where.reshape(classes.shape)]


def _holds_numbers(y: np.ndarray, output: KnownOutput) -> bool:
    """Tell class numbers, of steps or pixels, from one row of numbers for each class."""
    if output.numbers:
        return True
    if output.rank is not None:
        return y.ndim < output.rank
    return y.ndim > 2 and not np.allclose(y.sum(axis=-1), 1.0, atol=1e-3)


def _by_output(y: Any, class_weight: Any, outputs: list[KnownOutput]) -> list[Any] | None:
    """Return the dict of class weights of each part of `y`, None for a part without."""
    if class_weight is None or (isinstance(class_weight, (Mapping, list)) and not class_weight):
        return None
    known = _in_order(y, outputs)
    if hasattr(class_weight, "to_dict"):  # a series of pandas, its index the classes
        class_weight = class_weight.to_dict()
    if isinstance(class_weight, (list, tuple)):
        class_weight = _named(class_weight, outputs, known)
    if not isinstance(class_weight, Mapping):
        raise DataError(
            f"class_weight={class_weight!r} is no dict: write the weight of each class, as in "
            "class_weight={0: 1.0, 1: 5.0}."
        )
    if any(value is None or isinstance(value, Mapping) for value in class_weight.values()):
        names = [output.name for output in known]
        for name in class_weight:
            if name not in names:
                raise DataError(
                    f"class_weight names the output {name!r}, but the outputs are "
                    f"{', '.join(map(repr, names))}. {near_matches(str(name), names)}".rstrip()
                )
        return [entry_of(class_weight, name) for name in names]
    if len(known) > 1:
        raise DataError(
            "class_weight names classes, but the model has several outputs. Say which output "
            f"is meant: class_weight={{'name of the output': {dict(class_weight)!r}}}."
        )
    return [class_weight]


def _in_order(y: Any, outputs: list[KnownOutput]) -> list[KnownOutput]:
    """Return the output that each part of `y` belongs to."""
    parts = tree.flatten_with_path(y)
    named = {output.name: output for output in outputs}
    if isinstance(y, dict) and (set(y) <= set(named) or len(outputs) != len(parts)):
        only = outputs[0] if len(outputs) == len(parts) == 1 else UNKNOWN
        names = ["/".join(map(str, path)) for path, _ in parts]
        return [named.get(name, only._replace(name=name)) for name in names]
    if len(outputs) == len(parts):
        return outputs
    return [UNKNOWN._replace(name=f"output_{i + 1}") for i in range(len(parts))]


def _named(given: Sequence[Any], outputs: list[KnownOutput], known: list[KnownOutput]) -> Any:
    """Return the entries of a list by the names of the outputs."""
    if all(isinstance(entry, (int, float, np.number)) for entry in given):
        shown = ", ".join(f"{label}: {float(entry)}" for label, entry in enumerate(given))
        raise DataError(
            f"class_weight={given!r} is no dict: write the weight of each class, as in "
            f"class_weight={{{shown}}}."
        )
    if len(given) != len(known):
        raise DataError(
            f"class_weight holds {len(given)} entries, but y holds {len(known)} targets. Pass one "
            "dict, or None, for each."
        )
    if len(given) == 1:
        return given[0]
    names = [output.name for output in known]
    ordered = [output.name for output in outputs]  # y may be a dict, in an order of its own
    return dict(zip(ordered if set(ordered) == set(names) else names, given, strict=True))


def _check_classes(class_weight: Mapping[Any, Any]) -> None:
    """Refuse names of classes: a weight that no label can meet would be lost without a word."""
    for label in class_weight:
        if not isinstance(label, (int, float, np.number)):
            raise DataError(
                f"class_weight names the class {label!r}, but labels are numbers: write "
                "class_weight={0: ..., 1: ...}."
            )


def _spread(y: Any, sample_weight: Any, known: list[KnownOutput]) -> Any:
    """Give each output the one array of weights, or its own; none to those without an entry."""
    if not tree.is_nested(y):
        return sample_weight
    if tree.is_nested(sample_weight):
        names = [output.name for output in known]
        aligned = Outputs(y, names).targets(sample_weight, [True] * len(known), "sample_weight")
        return tree.pack_sequence_as(y, aligned)
    if sample_weight.ndim > 1 and sample_weight.shape[1:] != (1,):
        listed = ", ".join(name for name, _ in leaves_with_names(y, "y"))
        raise DataError(
            f"One sample_weight of shape {sample_weight.shape} cannot serve several outputs "
            f"({listed}). Pass weights of shape (samples,), or one array for each output."
        )
    return tree.map_structure(lambda _: sample_weight, y)


def _multiply(weight: Any, of_class: Any) -> Any:
    if weight is None or of_class is None:
        return of_class if weight is None else weight
    missing = weight.ndim - of_class.ndim
    if missing > 0:  # weights of each time step, classes of each sample
        of_class = of_class.reshape(of_class.shape + (1,) * missing)
    elif missing < 0:
        weight = weight.reshape(weight.shape + (1,) * -missing)
    return (weight * of_class).astype(config.floatx())
