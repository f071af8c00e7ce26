"""The input's shape of a stack that waits for it, as a weights file tells it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from cornu.base.naming import fresh_names
from cornu.saving.formats import format_of_weights
from cornu.saving.layout import saved_objects
from cornu_engine.errors import BadFileError, NotBuiltError
from cornu_engine.files.hdf5 import Dataset, Group
from cornu_engine.interrupt import let_signals_through
from cornu_engine.variable import without_memory

RANKS = (2, 3, 4, 5)
LONGEST, SOME = 4096, 64  # axes that are tried
SIZES = 12  # that are tried of the first layer's: no layer has more, a hostile file might

Shape = tuple[int | None, ...]


def described_shape(config: Any) -> Shape | None:
    """Return the shape of the input that the configuration of a model names, if it does.

    Examples
    --------
    >>> layer = {"class_name": "InputLayer", "config": {"batch_shape": [None, 8, 8, 3]}}
    >>> described_shape({"class_name": "Sequential", "config": {"layers": [layer]}})
    (None, 8, 8, 3)
    """
    inner = config.get("config") if isinstance(config, dict) else None
    layers = inner.get("layers") if isinstance(inner, dict) else inner
    first = layers[0] if isinstance(layers, list) and layers else None
    below = first.get("config") if isinstance(first, dict) else None
    for holder, key in (
        (inner, "build_input_shape"),
        (below, "batch_shape"),
        (below, "batch_input_shape"),
    ):
        shape = holder.get(key) if isinstance(holder, dict) else None
        if isinstance(shape, (list, tuple)) and all(n is None or type(n) is int for n in shape):
            return tuple(shape)
    return None


def build_from_weights(
    model: Any, root: Group, described: Shape | None, fit: Callable[[Any], None]
) -> None:
    """Build a Sequential model for the shape of input that the arrays of a file fit.

    Nothing is known of layers here: copies are built for each shape that the first arrays may mean,
    and compared with the file. What fits in several ranks is built for that which the file
    describes, else for the least, as rows are the usual; where it takes the others too, as `Dense`
    does, the model takes them.

    Parameters
    ----------
    model : Sequential
        Without weights.
    root : Group
        The file.
    described : tuple, optional
        What the file's configuration says.
    fit : callable
        Raises BadFileError if a built model's weights are not those of the file.

    Raises
    ------
    NotBuiltError
        If no shape fits, or the file leaves open which.
    """
    trials = _Trials(model, fit)
    fitting: list[tuple[Shape, Any]] = []
    with fresh_names(), without_memory():  # copies take no names from the user's, and no memory
        sizes = _first_sizes(model, root)
        known = len(described or ())
        for rank in sorted(RANKS, key=lambda rank: rank != known):
            shapes = [*(_shapes(rank, sizes) if sizes else ())]
            shapes += [described] if described is not None and rank == known else []
            built = ((shape, trials.built(shape)) for shape in shapes)
            fitting += islice(((shape, copy) for shape, copy in built if copy is not None), 1)
        open_rank = len(fitting) > 1
        if open_rank:
            copy = fitting[0][1]
            copy.__dict__["_any_rank"] = True
            open_rank = all(_works(copy._build_by_running, shape) for shape, _ in fitting[1:])
        advice = "" if fitting else _advice(trials, root, sizes)
    if not fitting:
        raise NotBuiltError(
            f"Model {model.name!r} has no weights yet, and the file does not tell for which input: "
            f"build(input_shape), or call it on data, before loading weights.{advice}"
        )
    model.build(fitting[0][0])
    if open_rank:
        model.__dict__["_any_rank"] = True


class _Trials:
    """Copies of a model, built for one shape or another."""

    def __init__(self, model: Any, fit: Callable[[Any], None]) -> None:
        self.model, self.fit = model, fit
        self.refusal = ""

    def made(self, shape: Shape) -> Any:
        """Return a copy that is built for a shape, or None if it cannot be."""
        copy = self.model._with_fresh_layers()
        return copy if _works(copy.build, shape) else None

    def built(self, shape: Shape) -> Any:
        """Return a copy that is built for a shape and takes the file's weights, or None."""
        copy = self.made(shape)
        if copy is None:
            return None
        try:
            self.fit(copy)
        except BadFileError as error:
            if error.rule != "shapes":
                raise
            text = error.args[0].partition(" Pass ")[0]
            self.refusal = self.refusal or f" Built for {shape}, it is another: {text}"
            return None
        return copy


def _advice(trials: _Trials, root: Group, sizes: list[int]) -> str:
    """Say what is known of the input: its axes and channels, and a size that fits."""
    if trials.refusal:
        return trials.refusal
    wanted = sum(math.prod(array.shape) for array in _arrays(trials.model, root))
    first = next(filter(None, _groups(trials.model, root)), [])
    for rank, size, where in itertools.product(RANKS[1:], sizes, (-1, 1)):
        copy = trials.made(_with_sides(rank, size, where, SOME))
        if copy is None or not _begins_with(copy, first):
            continue
        advice = f" Its layers ask for all sizes: model.build({_spoken(rank, size, where)})."
        side = _side(trials, rank, size, where, wanted)
        if side is None:
            return advice
        return f"{advice} {_with_sides(rank, size, where, side)} would fit the file."
    return ""


def _begins_with(copy: Any, first: list[Dataset]) -> bool:
    """Tell whether the first layer with weights has those of a file."""
    weights: list[Any] = next((layer.weights for layer in copy.layers if layer.weights), [])
    return sorted(w.shape for w in weights) == sorted(array.shape for array in first)


def _spoken(rank: int, size: int, where: int) -> str:
    axes = {3: ["steps"], 4: ["height", "width"], 5: ["depth", "height", "width"]}[rank]
    axes.insert(len(axes) if where < 0 else 0, str(size))
    return f"(None, {', '.join(axes)})"


def _side(trials: _Trials, rank: int, size: int, where: int, wanted: int) -> int | None:
    """Return the length of the open axes at which a model has as many weights as a file."""
    low, high = 1, LONGEST
    while low < high:
        middle = (low + high) // 2
        copy = trials.made(_with_sides(rank, size, where, middle))
        enough = copy is not None and copy.count_params() >= wanted
        low, high = (low, middle) if enough else (middle + 1, high)
    return low if trials.built(_with_sides(rank, size, where, low)) is not None else None


def _with_sides(rank: int, size: int, where: int, side: int) -> Shape:
    shape: list[int | None] = [None, *[side] * (rank - 1)]
    shape[where] = size
    return tuple(shape)


def _shapes(rank: int, sizes: list[int]) -> Iterator[Shape]:
    """Yield what may be the shape of the input, the freest first."""
    free: Shape = (None,) * rank
    yield free
    for size in sizes:
        yield (*free[1:], size)
        if rank > 2:
            yield (None, size, *free[2:])


def _first_sizes(model: Any, root: Group) -> list[int]:
    """Return the sizes of the axes of the first layer's arrays."""
    arrays = next(filter(None, _groups(model, root)), [])
    return list(dict.fromkeys(n for a in arrays for n in a.shape))[:SIZES]


def _arrays(model: Any, root: Group) -> list[Dataset]:
    return [array for group in _groups(model, root) for array in group]


def _groups(model: Any, root: Group) -> Iterator[list[Dataset]]:
    """Yield the arrays of each layer."""
    groups: Any
    file_format, weights = format_of_weights(root)
    if file_format is not None:
        groups = file_format.arrays(weights)
    else:
        paths = (path for path, _ in saved_objects(model, False))
        places = (root.group(f"{path}/vars" if path else "vars") for path in paths)
        groups = ([g.get(name) for name in g.names()] for g in places if g is not None)
    for arrays in groups:
        yield [array for array in arrays if isinstance(array, Dataset)]


def _works(build: Callable[[Any], Any], shape: Shape) -> bool:
    try:
        build(shape)
    except Exception as error:  # the user's layers may raise anything for a shape they do not take
        let_signals_through(error)
        return False
    return True
