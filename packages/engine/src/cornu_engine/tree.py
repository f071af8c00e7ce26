"""Nested structures: dicts, lists, tuples and deques with values at their leaves.

The names are those of `keras.tree`. Dicts are walked in the order of their sorted keys, so that two
dicts with the same keys always line up, and an `OrderedDict` in its own order; `None` is a leaf.

>>> flatten({"b": 2, "a": [1, (3,)]})
[1, 3, 2]
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

__all__ = [
    "MAP_TO_NONE",
    "assert_same_paths",
    "assert_same_structure",
    "flatten",
    "flatten_with_path",
    "is_nested",
    "lists_to_tuples",
    "map_shape_structure",
    "map_structure",
    "map_structure_up_to",
    "pack_sequence_as",
    "traverse",
]


_CONTAINERS = (list, tuple, dict, deque)


def is_nested(structure: Any) -> bool:
    """Tell whether `structure` is a container of this module and not a leaf.

    Examples
    --------
    >>> is_nested([1]), is_nested(1), is_nested("text")
    (True, False, False)
    """
    return isinstance(structure, _CONTAINERS)


def _keys(structure: dict) -> list:
    if isinstance(structure, OrderedDict):
        return list(structure)
    try:
        return sorted(structure)
    except TypeError:  # keys of several types have no order: theirs is the one they came in
        return list(structure)


def _children(structure: Any, like: Any = None) -> list:
    """What a container holds; of a dict, in the order of the keys of `like` where one is given."""
    if isinstance(structure, dict):
        keys = _keys(like if isinstance(like, dict) else structure)
        return [structure[k] for k in keys]
    return list(structure)


def _like(structure: Any, children: Sequence[Any]) -> Any:
    if isinstance(structure, dict):
        members = dict(zip(_keys(structure), children, strict=True))
        members = {k: members[k] for k in structure}  # the user's order of keys
        if isinstance(structure, defaultdict):
            return defaultdict(structure.default_factory, members)
        return OrderedDict(members) if isinstance(structure, OrderedDict) else members
    if hasattr(structure, "_fields"):
        return type(structure)(*children)
    if isinstance(structure, deque):
        return deque(children, structure.maxlen)
    return tuple(children) if isinstance(structure, tuple) else list(children)


def flatten(structure: Any) -> list:
    """Return the leaves in order.

    Examples
    --------
    >>> flatten((1, {"y": 3, "x": 2}))
    [1, 2, 3]
    """
    if not isinstance(structure, _CONTAINERS):
        return [structure]
    leaves: list = []
    for child in _children(structure):
        if isinstance(child, _CONTAINERS):
            leaves.extend(flatten(child))
        else:
            leaves.append(child)
    return leaves


def flatten_with_path(structure: Any) -> list[tuple[tuple, Any]]:
    """Return pairs of path and leaf.

    Examples
    --------
    >>> flatten_with_path({"a": [5, 6]})
    [(('a', 0), 5), (('a', 1), 6)]
    """
    return list(_walk(structure, ()))


def _walk(structure: Any, path: tuple) -> Iterator[tuple[tuple, Any]]:
    if not is_nested(structure):
        yield path, structure
        return
    keys = _keys(structure) if isinstance(structure, dict) else range(len(structure))
    for key in keys:
        yield from _walk(structure[key], (*path, key))


def map_structure(func: Callable, *structures: Any, none_is_leaf: bool = True) -> Any:
    """Return a structure of `func(leaf, …)` over leaves that lie at the same place.

    Examples
    --------
    >>> map_structure(lambda a, b: a + b, {"x": 1}, {"x": 10})
    {'x': 11}
    """
    first = structures[0]
    if not isinstance(first, _CONTAINERS):
        if first is None and not none_is_leaf:
            return None
        return func(*structures)
    for other in structures[1:]:
        _same_level(first, other, ())
    columns = zip(*(_children(s, first) for s in structures), strict=True)
    return _like(first, [map_structure(func, *c, none_is_leaf=none_is_leaf) for c in columns])


def map_structure_up_to(shallow_structure: Any, func: Callable, *structures: Any) -> Any:
    """Map over the leaves of `shallow_structure`, whatever the others hold below them.

    Examples
    --------
    >>> map_structure_up_to([0, 0], len, [[1, 2], [3]])
    [2, 1]
    """
    if not is_nested(shallow_structure):
        return func(*structures)
    every = (shallow_structure, *structures)
    columns = zip(*(_children(s, shallow_structure) for s in every), strict=True)
    return _like(shallow_structure, [map_structure_up_to(s, func, *rest) for s, *rest in columns])


def is_shape(structure: Any) -> bool:
    """Tell whether a list or tuple is a shape: sizes and `None`s.

    Examples
    --------
    >>> is_shape((None, 3)), is_shape([(None, 3)])
    (True, False)
    """
    return isinstance(structure, (list, tuple)) and all(
        d is None or (hasattr(d, "__index__") and not isinstance(d, bool)) for d in structure
    )


def map_shape_structure(func: Callable, structure: Any) -> Any:
    """Return a structure of `func(shape)` over shapes.

    Examples
    --------
    >>> map_shape_structure(len, [(None, 3), (None, 4, 5)])
    [2, 3]
    """
    if is_shape(structure):
        return func(tuple(structure))
    if not is_nested(structure):
        raise ValueError(
            f"{structure!r} is not a shape; write sizes in a tuple, as in (None, 28, 28)."
        )
    return _like(structure, [map_shape_structure(func, child) for child in _children(structure)])


def pack_sequence_as(structure: Any, flat_sequence: Sequence[Any]) -> Any:
    """Return the leaves `flat_sequence` in the form of `structure`; the inverse of `flatten`.

    Examples
    --------
    >>> pack_sequence_as({"a": 0, "b": [0, 0]}, [1, 2, 3])
    {'a': 1, 'b': [2, 3]}
    """
    expected = len(flatten(structure))
    if expected != len(flat_sequence):
        raise ValueError(
            f"The structure has {expected} leaves, but {len(flat_sequence)} values were given."
        )
    leaves = iter(flat_sequence)
    return map_structure(lambda _: next(leaves), structure)


def assert_same_structure(a: Any, b: Any, check_types: bool | None = None) -> None:
    """Raise ValueError unless `a` and `b` nest alike.

    Examples
    --------
    >>> assert_same_structure([1, 2], [3, 4])
    """
    _assert_same(a, b, ())


def _assert_same(a: Any, b: Any, path: tuple) -> None:
    if not is_nested(a) and not is_nested(b):
        return
    _same_level(a, b, path)
    keys = _keys(a) if isinstance(a, dict) else range(len(a))
    for key in keys:
        _assert_same(a[key], b[key], (*path, key))


def _same_level(a: Any, b: Any, path: tuple) -> None:
    where = f" at {'.'.join(map(str, path))}" if path else ""
    if isinstance(a, dict) != isinstance(b, dict) or is_nested(a) != is_nested(b):
        raise ValueError(
            f"The structures differ{where}: {type(a).__name__} and {type(b).__name__}."
        )
    if isinstance(a, dict) and set(a) != set(b):
        raise ValueError(f"The structures differ{where}: keys {_keys(a)} and {_keys(b)}.")
    if len(a) != len(b):
        raise ValueError(f"The structures differ{where}: {len(a)} and {len(b)} members.")


def assert_same_paths(a: Any, b: Any) -> None:
    """Raise ValueError unless the leaves of `a` and `b` have the same paths.

    Examples
    --------
    >>> assert_same_paths([1, 2], (3, 4))
    """
    paths = [[path for path, _ in flatten_with_path(s)] for s in (a, b)]
    if set(paths[0]) != set(paths[1]):
        raise ValueError(f"The structures have different paths: {paths[0]} and {paths[1]}.")


def lists_to_tuples(structure: Any) -> Any:
    """Return the structure with every list made a tuple.

    Examples
    --------
    >>> lists_to_tuples([1, [2]])
    (1, (2,))
    """
    if not is_nested(structure):
        return structure
    children = [lists_to_tuples(child) for child in _children(structure)]
    return tuple(children) if isinstance(structure, list) else _like(structure, children)


class MAP_TO_NONE:
    """What a function passed to `traverse` returns to put None in the place of what it was given.

    Examples
    --------
    >>> traverse(lambda x: MAP_TO_NONE if x == 2 else None, [1, 2])
    [1, None]
    """


def traverse(func: Callable, structure: Any, top_down: bool = True) -> Any:
    """Visit every container and leaf; what `func` returns, unless None, takes its place.

    Parameters
    ----------
    func : callable
        Gets a container or leaf and returns what takes its place: None for itself,
        `MAP_TO_NONE` for None. What is below a place that was taken is not visited.
    structure
        Any structure.
    top_down : bool
        Whether containers are visited before what they hold; else after, and rebuilt.

    Examples
    --------
    >>> traverse(lambda x: x * 2 if isinstance(x, int) else None, [1, [2]])
    [2, [4]]
    """
    replacement = func(structure) if top_down else None
    if replacement is None and is_nested(structure):
        children = [traverse(func, child, top_down) for child in _children(structure)]
        structure = _like(structure, children)
    if not top_down:
        replacement = func(structure)
    if replacement is None:
        return structure
    return (
        None if replacement is MAP_TO_NONE or isinstance(replacement, MAP_TO_NONE) else replacement
    )
