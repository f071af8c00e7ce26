"""Nested structures: every container keeps its type and its order, as in `keras.tree`."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque, namedtuple
from typing import Any

import pytest

from cornu import tree

Point = namedtuple("Point", ["x", "y"])

CONTAINERS = [
    [1, 2],
    (1, 2),
    Point(1, 2),
    {"a": 1, "b": 2},
    OrderedDict(a=1, b=2),
    defaultdict(list, a=1, b=2),
    deque([1, 2], maxlen=5),
]


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda c: type(c).__name__)
def test_every_container_comes_back_as_it_was(container: Any) -> None:
    assert tree.is_nested(container)
    assert tree.flatten(container) == [1, 2]
    mapped = tree.map_structure(lambda x: x + 1, container)
    packed = tree.pack_sequence_as(container, [2, 3])
    assert type(mapped) is type(packed) is type(container)
    assert mapped == packed
    assert tree.flatten(mapped) == [2, 3]
    if isinstance(container, defaultdict):
        assert mapped["new"] == []
    if isinstance(container, deque):
        assert mapped.maxlen == 5


def test_the_order_of_dicts() -> None:
    assert tree.flatten({"b": 1, "a": 2}) == [2, 1]
    assert tree.flatten(OrderedDict(b=1, a=2)) == [1, 2]
    assert list(tree.map_structure(abs, {"b": -1, "a": -2})) == ["b", "a"]
    both = tree.map_structure(lambda x, y: (x, y), OrderedDict(b=1, a=2), {"a": 20, "b": 10})
    assert both == {"b": (1, 10), "a": (2, 20)}
    tree.assert_same_paths(OrderedDict(b=1, a=2), {"a": 20, "b": 10})


def test_traverse_replaces_and_does_not_look_below() -> None:
    seen: list[Any] = []

    def visit(x: Any) -> Any:
        seen.append(x)
        if x == 2:
            return tree.MAP_TO_NONE
        return "pair" if isinstance(x, tuple) else None

    assert tree.traverse(visit, [1, 2, (3, 4)]) == [1, None, "pair"]
    assert seen == [[1, 2, (3, 4)], 1, 2, (3, 4)]
    seen.clear()
    assert tree.traverse(visit, [(1, 2)], top_down=False) == ["pair"]
    assert seen == [1, 2, (1, None), ["pair"]]
    assert tree.traverse(lambda x: tree.MAP_TO_NONE(), [1]) is None


@pytest.mark.parametrize(
    ("a", "b", "text"),
    [
        ([1, 2], [1], "2 and 1 members"),
        ([1, {"k": 1}], [1, {"l": 1}], r"at 1: keys \['k'\] and \['l'\]"),
        ([1], 1, "list and int"),
    ],
)
def test_structures_that_differ(a: Any, b: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        tree.assert_same_structure(a, b)
    with pytest.raises(ValueError, match="differ"):
        tree.map_structure(lambda x, y: x, a, b)
