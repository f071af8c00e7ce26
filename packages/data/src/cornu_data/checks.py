"""Checks of the data before the first step, so that a mistake is named instead of trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from cornu_data.names import leaves_with_names
from cornu_data.stored.rows import Rows, is_stored
from cornu_data.text import KINDS, TEXT, is_text
from cornu_engine import tree
from cornu_engine.errors import DataError, ShapeError
from cornu_engine.shapes import product

__all__ = [
    "KnownInput",
    "check_inputs",
    "check_lengths",
    "check_rows",
    "may_hold_nan",
    "show_shape",
]


class KnownInput(NamedTuple):
    """An input of a model.

    Examples
    --------
    >>> KnownInput("image", (None, 28, 28, 1)).name
    'image'
    """

    name: str
    shape: tuple[int | None, ...]
    dtype: Any = None


def show_shape(shape: Sequence[int | None], batch: bool = False) -> str:
    """Return a shape as text with its batch axis marked.

    Examples
    --------
    >>> show_shape((100, 20)), show_shape((None, 20))
    ('(batch=100, 20)', '(batch, 20)')
    """
    if not shape:
        return "()"
    first = "batch" if shape[0] is None or batch else f"batch={shape[0]}"
    rest = ["any" if size is None else str(size) for size in shape[1:]]
    return f"({', '.join([first, *rest])}{',' if not rest else ''})"


def check_lengths(x: Any, y: Any = None, sample_weight: Any = None) -> int:
    """Return the number of samples, which all arrays must share.

    Raises
    ------
    DataError
        If there is no sample, an array has no batch axis, or the numbers differ.

    Examples
    --------
    >>> check_lengths(np.zeros((5, 2)), np.zeros(5))
    5
    """
    leaves = check_rows(x, y, sample_weight)
    if len(set(map(len, leaves))) > 1:
        named = _named(x, y, sample_weight)
        raise DataError(_list_of_rows(x, named) or _mismatch(named))
    return len(leaves[0])


def check_rows(x: Any, y: Any = None, sample_weight: Any = None) -> list[np.ndarray]:
    """Return the arrays of a batch: each has rows, though not equally many.

    A batch may hold the nodes of some graphs beside one target for each graph.

    Raises
    ------
    DataError
        If there is no row, or an array has no batch axis.

    Examples
    --------
    >>> list(map(len, check_rows(np.zeros((5, 2)), np.zeros(1))))
    [5, 1]
    """
    leaves = [leaf for leaf in tree.flatten((x, y, sample_weight)) if leaf is not None]
    if not leaves:
        raise DataError("There is no data: x is None. Pass arrays, a generator or a Sequence as x.")
    if not all(leaf.ndim for leaf in leaves):
        name, leaf = next(pair for pair in _named(x, y, sample_weight) if pair[1].ndim == 0)
        raise DataError(
            f"{name} is the single number {leaf!s}, without a batch axis. Pass one value per "
            f"sample: np.full(number_of_samples, {leaf!s}). What gives samples one by one is made "
            "to give batches: dataset.batch(32), DataLoader(dataset, batch_size=32)."
        )
    if not any(map(len, leaves)):
        named = _named(x, y, sample_weight)
        shapes = ", ".join(f"{name} has shape {leaf.shape}" for name, leaf in named)
        raise DataError(
            f"The data is empty: {shapes}. Was everything filtered away before this call?"
        )
    return leaves


def _named(x: Any, y: Any, sample_weight: Any) -> list[tuple[str, np.ndarray]]:
    """Return the arrays with what a user calls them."""
    return [
        (name, leaf)
        for structure, label in ((x, "x"), (y, "y"), (sample_weight, "sample_weight"))
        for name, leaf in leaves_with_names(structure, label)
        if leaf is not None
    ]


SHOWN = 8  # arrays that a message lists


def _list_of_rows(x: Any, named: Sequence[tuple[str, np.ndarray]] = ()) -> str:
    """Return what to do where `x` is a list of rows, each an array of its own, else nothing."""
    if not isinstance(x, (list, tuple)) or len(x) < 2:
        return ""
    shapes = {getattr(part, "shape", None) for part in x}
    others = [leaf for name, leaf in named if not name.startswith("x")]
    if len(shapes) > 1 or None in shapes or any(len(leaf) != len(x) for leaf in others):
        return ""
    return (
        f"x is a list of {len(x)} arrays of shape {shapes.pop()}, and a list holds one array for "
        "each input of a model. If these are the samples, make one array of them: np.stack(x)."
    )


def _mismatch(named: list[tuple[str, np.ndarray]]) -> str:
    shown = named if len(named) <= SHOWN else [*named[: SHOWN - 1], named[-1]]
    listed = ", ".join(f"{name} has {len(leaf)} (shape {leaf.shape})" for name, leaf in shown)
    listed += "" if shown is named else f", and {len(named) - len(shown)} more"
    first, other = named[0], next(pair for pair in named if len(pair[1]) != len(named[0][1]))
    hint = f"Give {first[0]} and {other[0]} the same number of rows"
    turned = [name for name, leaf in named if leaf.ndim == 2 and leaf.shape[1] == len(first[1])]
    if turned and turned[0] != first[0]:
        hint += f"; is {turned[0]} transposed ({turned[0]}.T has {len(first[1])} rows)?"
    else:
        fewest = min(len(leaf) for _, leaf in named)
        hint += f", for example by cutting all to the first {fewest}: {first[0]}[:{fewest}]."
    return f"The arrays have different numbers of samples: {listed}. {hint}"


def may_hold_nan(leaf: Any) -> bool:
    """Tell whether an array holds NaN, or is stored and nobody knows yet.

    Examples
    --------
    >>> may_hold_nan(np.zeros(3)), may_hold_nan(np.float32([1, np.nan]))
    (False, True)
    """
    if not isinstance(leaf, (np.ndarray, Rows)) or leaf.dtype.kind != "f":
        return False
    numbers = leaf.numbers if isinstance(leaf, Rows) else leaf
    # one pass without a temporary
    return numbers is None or bool(numbers.size and np.isnan(numbers.max()))


def check_inputs(x: Any, inputs: Sequence[KnownInput] | None, model_name: str) -> Any:
    """Return the inputs fitted to what the model takes.

    A last axis of size 1 is added or taken away where only it is missing, as Keras does.

    Parameters
    ----------
    x : structure of numpy.ndarray
    inputs : sequence of KnownInput or None
        None if the model takes anything.
    model_name : str
        For the message.

    Raises
    ------
    ShapeError
        If a rank or a size does not fit.
    DataError
        If the number of arrays does not fit, or a number is beyond the input's integers.
    """
    if not inputs:
        return x
    names = [known.name for known in inputs]
    if isinstance(x, dict) and set(x) != set(names):
        return x  # the user's own structure, or more than is needed: the model resolves it
    leaves = tree.flatten(x)
    if len(leaves) != len(names):
        rows = _list_of_rows(x) if len(names) == 1 else ""
        raise DataError(" ".join([_wrong_number(model_name, names, len(leaves)), rows]).strip())
    order = dict(zip(names, inputs, strict=True))
    wanted = [order[key] for key in sorted(x)] if isinstance(x, dict) else inputs
    if all(map(_is_taken, leaves, wanted)):
        return x
    named = leaves_with_names(x, "x")
    leaves = [
        None if leaf is None else _fit_rank(name, leaf, known, model_name)
        for (name, leaf), known in zip(named, wanted, strict=True)
    ]
    for place, ((name, leaf), known) in enumerate(zip(named, wanted, strict=True)):
        if is_stored(leaf):
            if known.dtype is not None:
                leaves[place] = leaves[place].checked(_in_range(name, known))
        elif leaf is not None and known.dtype is not None:
            check_range(name, leaf, known)
    return tree.pack_sequence_as(x, leaves)


def _in_range(name: str, known: KnownInput) -> Any:
    return lambda block, first: check_range(name, block, known)


def _is_taken(leaf: Any, known: KnownInput) -> bool:
    """Tell whether an array fits an input as it is, whatever numbers it holds."""
    return leaf is None or (
        _fits(leaf.shape, known.shape)
        and (known.dtype == TEXT) == (leaf.dtype.kind in KINDS)
        and (known.dtype in (None, TEXT) or np.dtype(known.dtype).kind not in "iu")
    )


def check_range(name: str, array: np.ndarray, known: KnownInput) -> None:
    """Raise if an array holds a number that integers of the input's dtype cannot hold.

    Examples
    --------
    >>> check_range("x", np.array([7]), KnownInput("words", (None,), "int32"))
    """
    if known.dtype == TEXT or is_text(array):
        _check_kind(name, array, known)
        return
    dtype = np.dtype(known.dtype)
    if dtype.kind not in "iu" or array.size == 0 or np.can_cast(array.dtype, dtype, "safe"):
        return
    limits = np.iinfo(dtype)
    low, high = array.min(), array.max()
    if limits.min <= low and high <= limits.max:  # false for NaN as well
        return
    odd = high if not high <= limits.max else low
    hint = f"Describe the input with dtype='int64', or number {name} from 0."
    if array.dtype.kind == "f":
        hint = f"Describe the input with dtype='float32', or bring {name} into that range."
    raise DataError(
        f"{name} holds {odd}, but input {known.name!r} takes {dtype} numbers, {limits.min} to "
        f"{limits.max}. {hint}"
    )


def _check_kind(name: str, array: np.ndarray, known: KnownInput) -> None:
    if known.dtype == TEXT and not is_text(array):
        raise DataError(
            f"Input {known.name!r} takes text (dtype 'string'), but {name} holds {array.dtype}. "
            f"Turn it into text with {name}.astype(str), or describe the input with another dtype."
        )
    if known.dtype != TEXT:
        raise DataError(
            f"{name} holds text, but input {known.name!r} takes numbers ({known.dtype}). Describe "
            "it with dtype='string', and let a layer such as StringLookup make numbers of it."
        )


def _wrong_number(model_name: str, names: list[str], given: int) -> str:
    wanted = f"{len(names)} input{'s' if len(names) > 1 else ''} ({', '.join(names)})"
    if len(names) == 1:
        edit = "Pass that one array, or describe the model with more inputs."
    else:
        edit = f"Pass a list [{', '.join(names)}] or a dict with these keys."
    arrays = f"{given} array{'s' if given > 1 else ''}"
    return f"Model {model_name!r} takes {wanted}, but x holds {arrays}. {edit}"


def _fit_rank(name: str, array: np.ndarray, known: KnownInput, model_name: str) -> np.ndarray:
    wanted = known.shape
    if _fits(array.shape, wanted):
        return array
    if wanted[-1:] == (1,) and _fits((*array.shape, 1), wanted):
        return array.reshape((*array.shape, 1))
    if array.shape[-1:] == (1,) and array.ndim > 1 and _fits(array.shape[:-1], wanted):
        return array.reshape(array.shape[:-1])
    raise ShapeError(
        f"{name} has shape {show_shape(array.shape)}, but input {known.name!r} of model "
        f"{model_name!r} takes {show_shape(wanted, batch=True)}. {_remedy(name, array, wanted)}"
    )


def _fits(shape: Sequence[int], wanted: Sequence[int | None]) -> bool:
    return len(shape) == len(wanted) and all(
        size in (None, given) for given, size in zip(shape[1:], wanted[1:], strict=True)
    )


def _remedy(name: str, array: np.ndarray, wanted: tuple[int | None, ...]) -> str:
    rest = wanted[1:]
    if _fits((1, *array.shape), wanted):
        return f"That is one sample without a batch axis: pass {name}[np.newaxis]."
    if None not in rest and len(rest) != array.ndim - 1:
        wanted_size = product(size for size in rest if size is not None)
        if product(array.shape[1:]) == wanted_size:
            sizes = ", ".join(map(str, rest))
            return f"Reshape it: {name} = {name}.reshape(len({name}), {sizes})."
        if array.size == wanted_size:
            sizes = ", ".join(map(str, rest))
            return f"That is one sample without a batch axis: pass {name}.reshape(1, {sizes})."
    given = ", ".join(map(str, array.shape[1:]))
    given += "," if array.ndim == 2 else ""
    if len(rest) != array.ndim - 1:
        axes = "1 axis" if array.ndim == 1 else f"{array.ndim} axes"
        return (
            f"It has {axes} where {len(wanted)} are expected: reshape {name}, or build "
            f"the model with Input(shape=({given}))."
        )
    if len(rest) == 1:
        return (
            f"It has {array.shape[1]} features where {rest[0]} are expected: pass those {rest[0]} "
            f"columns, or build the model with Input(shape=({given}))."
        )
    if sorted(array.shape[1:]) == sorted(size or 0 for size in rest):
        return f"The sizes are the same in another order: np.moveaxis({name}, source, target)."
    return f"Resize {name}, or build the model with Input(shape=({given}))."
