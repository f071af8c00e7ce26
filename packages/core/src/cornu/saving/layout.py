"""Where the variables of a model lie in a weights file: Keras 3's rules.

Own variables of an object are at `<path>/vars/0`, `1`, …. Layers of a Sequential or functional
model follow under `layers/`, named after their class and numbered per class; parts of any other
object under the names of its attributes, those in a list or dict under `<attribute>/<class>`.
Where Keras calls an attribute otherwise, the class says so in `attributes_in_files`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cornu_ops.files.snake_case import snake_case

# Attributes that say nothing about where a part belongs.
_SKIPPED = frozenset(
    "_parts _inbound_nodes _made_with _losses _loss_functions _build_shapes _compiled _steps "
    "_graph _stack _tensors _graph_of_stack _dtype_policy activity_regularizer history".split()
)


def saved_objects(
    root: Any, with_optimizer: bool = True, repeated: bool = False
) -> Iterator[tuple[str, Any]]:
    """Yield the path in the file and the object, for every object that may own variables.

    A file makes each layer of a stack anew, from its own configuration. What two of them share
    becomes two objects then, so a file that is to be read so holds it for each.

    Parameters
    ----------
    root : Layer
        A model or layer.
    with_optimizer : bool
        Whether the optimizer of a model is one of its parts.
    repeated : bool
        Whether what several layers of a stack share comes once for each.

    Examples
    --------
    >>> import cornu
    >>> x = cornu.Input((2,))
    >>> [path for path, _ in saved_objects(cornu.Model(x, x + 1.0))]
    ['', 'layers/input_layer']
    """
    yield from _Walk(with_optimizer, repeated).of_object(root, "", set())


class _Walk:
    """One way over the parts of an object.

    Parameters
    ----------
    with_optimizer, repeated : bool
        As in `saved_objects`.
    """

    def __init__(self, with_optimizer: bool, repeated: bool) -> None:
        self.with_optimizer = with_optimizer
        self.repeated = repeated

    def of_object(self, obj: Any, path: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
        """Yield an object and its parts."""
        if id(obj) in seen:
            return
        seen.add(id(obj))
        yield path, obj
        for name, child in _children(obj, self.with_optimizer):
            apart = self.repeated and name == "layers" and _is_stack(obj)
            yield from self._of_child(child, _join(path, name), seen, apart)

    def _of_child(
        self, child: Any, path: str, seen: set[int], apart: bool = False
    ) -> Iterator[tuple[str, Any]]:
        if _is_saved(child):
            yield from self.of_object(child, path, seen)
        elif isinstance(child, (dict, list, tuple, set)) and id(child) not in seen:
            seen.add(id(child))  # a list may hold itself
            members = child.values() if isinstance(child, dict) else child
            for name, member in _numbered(members):
                own = set() if apart else seen
                yield from self._of_child(member, _join(path, name), own)
                seen |= own
            seen.discard(id(child))


def _numbered(members: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the parts in a list by the names of their classes, numbered per class."""
    counts: dict[str, int] = {}
    for member in members:
        nested = isinstance(member, (list, tuple, dict, set))
        if not nested and not _is_saved(member):
            continue
        name = "container" if nested else snake_case(type(member).__name__)
        count = counts.get(name, 0)
        counts[name] = count + 1
        yield f"{name}_{count}" if count else name, member


def _children(obj: Any, with_optimizer: bool) -> Iterator[tuple[str, Any]]:
    optimizer = getattr(obj, "optimizer", None) if hasattr(obj, "compile") else None
    is_stack = _is_stack(obj)
    if is_stack:
        yield "layers", obj.layers
    called = getattr(type(obj), "attributes_in_files", {})
    attributes = vars(obj).items()
    parts = {called.get(name, name): v for name, v in attributes if name not in _SKIPPED}
    if hasattr(obj, "compile"):
        if not is_stack:
            parts["layers"] = obj.layers  # takes its place among the attributes, by name
        if with_optimizer and optimizer is not None:
            parts["optimizer"] = optimizer
    for name in sorted(parts, key=lambda n: (n.startswith("_"), n)):
        yield name, parts[name]


def _is_stack(obj: Any) -> bool:
    """Tell a model that is described by its layers."""
    return getattr(obj, "_graph", None) is not None or hasattr(obj, "_stack")


def _is_saved(obj: Any) -> bool:
    is_metric = hasattr(obj, "update_state") and hasattr(obj, "result")
    return hasattr(obj, "save_own_variables") and not is_metric  # metrics start afresh


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name
