"""The input's shape of a stack that waits for it, as a weights file tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cornu.base.naming import fresh_names
from cornu.engine.interrupt import let_signals_through
from cornu.engine.variable import without_memory
from cornu.errors import BadFileError, NotBuiltError
from cornu.saving.hdf5 import Dataset, Group
from cornu.saving.keras2.weights import stored_layers
from cornu.saving.kinds import is_keras2_weights
from cornu.saving.layout import saved_objects

RANKS = (2, 3, 4, 5)
SIZES = 12  # that are tried of the first layer's: no layer has more, a hostile file might

Shape = tuple[int | None, ...]


def build_from_weights(model: Any, root: Group, fit: Callable[[Any], None]) -> None:
    """Build a Sequential model for the one shape of input that the arrays of a file fit.

    Nothing is known of layers here: copies are built for each shape that the first arrays may mean,
    and compared with the file. What fits in several ranks, as of `Dense`, is built for the least
    where it takes the others too; the model does then.

    Parameters
    ----------
    model : Sequential
        Without weights.
    root : Group
        The weights.
    fit : callable
        Raises BadFileError if a built model's weights are not those of the file.

    Raises
    ------
    NotBuiltError
        If no shape fits, or the file leaves open which.
    """
    fitting: list[tuple[Shape, Any]] = []
    refusal = ""
    sizes = _first_sizes(model, root)
    with fresh_names(), without_memory():  # copies take no names from the user's, and no memory
        for rank in RANKS if sizes else ():
            for shape in _shapes(rank, sizes):
                copy = _copied(model)
                if not _works(copy.build, shape):
                    continue
                try:
                    fit(copy)
                except BadFileError as error:
                    if error.rule != "shapes":
                        raise
                    text = error.args[0].partition(" Pass ")[0]
                    refusal = refusal or f" Built for {shape}, it is another: {text}"
                else:
                    fitting.append((shape, copy))
                    break
        open_rank = len(fitting) > 1
        if open_rank:
            copy = fitting[0][1]
            copy.__dict__["_any_rank"] = True
            if not all(_works(copy._build_by_running, shape) for shape, _ in fitting[1:]):
                fitting.clear()
    if not fitting:
        raise NotBuiltError(
            f"Model {model.name!r} has no weights yet, and the file does not tell for which input: "
            f"build(input_shape), or call it on data, before loading weights.{refusal}"
        )
    model.build(fitting[0][0])
    if open_rank:
        model.__dict__["_any_rank"] = True


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
    if is_keras2_weights(root):
        groups: Any = (list(arrays.values()) for arrays in stored_layers(root).values())
    else:
        paths = (path for path, _ in saved_objects(model, False))
        places = (root.group(f"{path}/vars" if path else "vars") for path in paths)
        groups = ([g.get(name) for name in g.names()] for g in places if g is not None)
    arrays: list[Any] = next(filter(None, groups), [])
    found = dict.fromkeys(n for a in arrays if isinstance(a, Dataset) for n in a.shape)
    return list(found)[:SIZES]


def _copied(model: Any) -> Any:
    from cornu.models import Sequential
    from cornu.models.cloning import copy_layer

    return Sequential(map(copy_layer, model.layers), name=model.name)


def _works(build: Callable[[Any], Any], shape: Shape) -> bool:
    try:
        build(shape)
    except Exception as error:  # the user's layers may raise anything for a shape they do not take
        let_signals_through(error)
        return False
    return True
