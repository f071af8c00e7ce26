"""Which of the user's losses, metrics, weights and targets belongs to which output of a model.

A model returns one value or a structure of them: dicts, lists, tuples, named tuples, in each other.
What is said of its outputs has the same structure, or a part of it; or it is a list with one entry
for each output, or a dict by the outputs' names. An entry where the model returns several values
counts for all of these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cornu_data.names import entry_of
from cornu_engine import tree
from cornu_engine.errors import DataError, near_matches

__all__ = ["Outputs", "Path", "nearest"]

Path = tuple[Any, ...]


class Outputs:
    """The outputs of a model, in the order of `tree.flatten`, each with its path and its name.

    Parameters
    ----------
    y_pred : value or structure of values
        What the model returned.
    names : sequence of str, optional
        The model's names for its outputs; keys of a flat dict of outputs come first.

    Attributes
    ----------
    paths : list of tuple
        Keys and numbers that lead to each output.
    values : list
        The outputs.
    names : list of str
        Of each, for messages.
    named : bool
        Whether names are said in logs: not those that a nested structure without names was given.

    Examples
    --------
    >>> outputs = Outputs(["p", "q"], ["a", "b"])
    >>> outputs.align({"b": "mse"}, "loss")
    [None, 'mse']
    >>> nested = Outputs({"left": ["p", "q"], "right": "r"}, ["a", "b", "c"])
    >>> nested.align({"left": ["mse", None], "right": "mae"}, "loss")
    ['mse', None, 'mae']
    >>> [nested.label(path, "mse") for path in nested.paths]
    ['left/a', 'left/b', 'right']
    """

    def __init__(self, y_pred: Any, names: Sequence[str] | None = None) -> None:
        self.structure = y_pred
        pairs = tree.flatten_with_path(y_pred)
        self.paths: list[Path] = [path for path, _ in pairs]
        self.values = [value for _, value in pairs]
        names = list(names or [])
        known = len(names) == len(pairs)
        is_flat = all(len(path) < 2 for path in self.paths)
        self.named = known or is_flat
        self._is_anonymous = not known  # the one output of a model that gives it no name
        if is_flat and isinstance(y_pred, dict):
            self.names = [str(path[0]) for path in self.paths]
        elif known:
            self.names = names
        elif is_flat:
            count = len(pairs)
            self.names = ["output"] if count == 1 else [f"output_{i + 1}" for i in range(count)]
        else:
            self.names = ["/".join(map(str, path)) for path in self.paths]

    def __len__(self) -> int:
        return len(self.values)

    def below(self, path: Path) -> list[int]:
        """Return the positions of the outputs at a path and below it, dicts as they were written.

        Parameters
        ----------
        path : tuple
        """
        return [self.paths.index(leaf) for leaf in _leaves(_at(self.structure, path), path)]

    def at(self, path: Path, values: Sequence[Any]) -> Any:
        """Return what lies at a path, if these are the values of all outputs.

        Parameters
        ----------
        path : tuple
        values : sequence
        """
        pairs = zip(self.paths, values, strict=True)
        inside = [value for leaf, value in pairs if leaf[: len(path)] == path]
        return tree.pack_sequence_as(_at(self.structure, path), inside)

    def label(self, path: Path, otherwise: str) -> str:
        """Return what logs call the loss at a path: the path, with a name for the last number.

        Parameters
        ----------
        path : tuple
        otherwise : str
            What an output without a name is called.
        """
        if path and isinstance(path[-1], str):
            return "/".join(map(str, path))
        is_named = self.named and path in self.paths
        last = self.names[self.paths.index(path)] if is_named else otherwise
        return "/".join([*map(str, path[:-1]), last])

    def entries(self, given: Any, argument: str) -> dict[Path, Any]:
        """Return what the user said, by the paths it was said of.

        Parameters
        ----------
        given : entry or structure of entries
        argument : str
            What the user calls it, for messages.

        Raises
        ------
        DataError
            If the number or a name does not fit.
        """
        return dict(self._entries(given, self.structure, (), argument))

    def align(self, given: Any, argument: str) -> list[Any]:
        """Return one entry of `given` per output, None where there is none.

        Parameters
        ----------
        given, argument
            As in `entries`.
        """
        entries = self.entries(given, argument)
        return [nearest(entries, path) for path in self.paths]

    def targets(self, y: Any, wanted: Sequence[bool], argument: str = "y") -> list[Any]:
        """Return the target of each output.

        Parameters
        ----------
        y : value or structure of values
        wanted : sequence of bool
            Which outputs need one; targets may be given for these alone.
        argument : str
            What the user calls it, for messages.
        """
        leaves = tree.flatten(y)
        if _holds_dicts(y):
            entries = self.entries(y, argument)
            return [_alone(nearest(entries, path)) for path in self.paths]
        if len(leaves) == len(self):
            return leaves
        if len(leaves) == sum(wanted):
            given = iter(leaves)
            return [next(given) if needed else None for needed in wanted]
        what = "target" if argument == "y" else "array"
        raise DataError(
            f"{argument} holds {len(leaves)} {what}{'s' if len(leaves) > 1 else ''}, but the model "
            f"has {len(self)} outputs ({', '.join(self.names)}). Pass a list with one {what} per "
            f"output, or a dict with their names as keys."
        )

    def _entries(
        self, given: Any, part: Any, path: Path, argument: str
    ) -> Iterator[tuple[Path, Any]]:
        inside = [leaf for leaf in self.paths if leaf[: len(path)] == path]
        if isinstance(given, dict):
            yield from self._of_dict(given, part, path, argument)
        elif not isinstance(given, (list, tuple)) or not given:
            yield path, given
        elif len(inside) == 1:  # several entries for one output
            yield inside[0], given
        elif isinstance(part, (list, tuple)) and len(given) == len(part):
            for key, (entry, child) in enumerate(zip(given, part, strict=True)):
                yield from self._entries(entry, child, (*path, key), f"{argument}[{key}]")
        elif len(given) == len(inside):
            yield from zip(inside, given, strict=True)
        else:
            names = [self.names[self.paths.index(leaf)] for leaf in inside]
            raise DataError(
                f"{argument} holds {len(given)} entries, but the model has {len(inside)} outputs"
                f"{' there' if path else ''} ({', '.join(names)}). Pass one entry per output, or a "
                "dict with names of outputs as keys."
            )

    def _of_dict(
        self, given: dict[Any, Any], part: Any, path: Path, argument: str
    ) -> Iterator[tuple[Path, Any]]:
        if not path and self._are_names(given):
            for name, leaf in zip(self.names, self.paths, strict=True):
                yield leaf, entry_of(given, name)
        elif isinstance(part, dict):
            for key, entry in given.items():
                if key not in part:
                    raise _unknown(argument, key, list(part))
                yield from self._entries(entry, part[key], (*path, key), f"{argument}[{key!r}]")
        elif not path and self._is_anonymous and len(given) == len(self) == 1:
            yield self.paths[0], next(iter(given.values()))
        else:
            known = [self.names[position] for position in sorted(self.below(path))]
            raise _unknown(argument, next(key for key in given if path or key not in known), known)

    def _are_names(self, given: dict[Any, Any]) -> bool:
        """Whether the keys are names of outputs, and not those of a dict of outputs."""
        keys = self.structure if isinstance(self.structure, dict) else ()
        return self.named and all(key in self.names and key not in keys for key in given)


def _leaves(part: Any, path: Path) -> Iterator[Path]:
    """Paths of leaves, dicts in their own order."""
    if not tree.is_nested(part):
        yield path
        return
    for key, child in part.items() if isinstance(part, dict) else enumerate(part):
        yield from _leaves(child, (*path, key))


def _at(structure: Any, path: Path) -> Any:
    for key in path:
        structure = structure[key]
    return structure


def nearest(entries: dict[Path, Any], path: Path) -> Any:
    """Return the entry at a path, or at what it is a part of.

    Parameters
    ----------
    entries : dict
        By path.
    path : tuple

    Examples
    --------
    >>> nearest({("left",): 1, ("left", "a"): 2}, ("left", "b"))
    1
    """
    above = (path[:length] for length in range(len(path), -1, -1))
    return next((entries[place] for place in above if place in entries), None)


def _holds_dicts(y: Any) -> bool:
    return any(not isinstance(key, int) for path, _ in tree.flatten_with_path(y) for key in path)


def _alone(target: Any) -> Any:
    """Return a target out of the list around it."""
    leaves = tree.flatten(target)
    return leaves[0] if len(leaves) == 1 else target


def _unknown(argument: str, key: Any, known: Sequence[Any]) -> DataError:
    listed, hint = ", ".join(map(repr, known)), near_matches(str(key), map(str, known))
    message = f"{argument} has an entry for {key!r}, but the outputs are {listed}. {hint}"
    return DataError(message.rstrip())
