"""Which of the user's losses, metrics, weights and targets belongs to which output of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu_data.names import entry_of
from cornu_engine import tree
from cornu_engine.errors import DataError, near_matches

__all__ = ["Outputs"]


class Outputs:
    """The outputs of a model in order, each with its name.

    Parameters
    ----------
    y_pred : value or structure of values
        What the model returned.
    names : sequence of str, optional
        The model's names for its outputs; keys of a dict of outputs come first.

    Examples
    --------
    >>> outputs = Outputs(["p", "q"], ["a", "b"])
    >>> outputs.align({"b": "mse"}, "loss")
    [None, 'mse']
    """

    def __init__(self, y_pred: Any, names: Sequence[str] | None = None) -> None:
        names = list(names or [])
        if isinstance(y_pred, dict):
            ordered = names if set(names) == set(y_pred) else sorted(y_pred)
            self.names: list[str] = [str(name) for name in ordered]
            self.values = [y_pred[name] for name in ordered]
            self._keys: list[Any] | None = list(ordered)
        else:
            self.values = tree.flatten(y_pred)
            count = len(self.values)
            known = len(names) == count
            unnamed = ["output"] if count == 1 else [f"output_{i + 1}" for i in range(count)]
            self.names = names if known else unnamed
            self._keys = list(self.names) if known else None

    def __len__(self) -> int:
        return len(self.values)

    def align(self, given: Any, argument: str, spread: bool = False) -> list[Any]:
        """Return one entry of `given` per output, None where there is none.

        Parameters
        ----------
        given : entry, list or dict
            One per output in order, or by name; or one entry.
        argument : str
            What the user calls it, for messages.
        spread : bool
            Whether one entry serves every output (else only a single one).

        Raises
        ------
        DataError
            If the number or a name does not fit.
        """
        count = len(self)
        if isinstance(given, dict):
            return self._by_name(given, argument)
        if isinstance(given, (list, tuple)):
            if len(given) == count:
                return list(given)
            raise DataError(
                f"{argument} holds {len(given)} entries, but the model has {count} "
                f"output{'s' if count > 1 else ''} ({', '.join(self.names)}). Pass one entry per "
                "output, or a dict with names of outputs as keys."
            )
        if count > 1 and not spread:
            raise DataError(
                f"{argument} holds one entry, but the model has {count} outputs "
                f"({', '.join(self.names)}). Pass a list with one entry per output, or a dict with "
                "their names as keys."
            )
        return [given] * count

    def _by_name(self, given: dict[Any, Any], argument: str) -> list[Any]:
        if self._keys is None and len(self) == 1 and len(given) == 1:
            return list(given.values())  # the one output of a model that gives it no name
        keys = self._keys if self._keys is not None else self.names
        for key in given:
            if key not in keys:
                known, hint = ", ".join(map(repr, keys)), near_matches(str(key), map(str, keys))
                message = (
                    f"{argument} has an entry for {key!r}, but the outputs are {known}. {hint}"
                )
                raise DataError(message.rstrip())
        return [entry_of(given, key) for key in keys]

    def targets(self, y: Any, wanted: Sequence[bool]) -> list[Any]:
        """Return the target of each output.

        Parameters
        ----------
        y : value or structure of values
        wanted : sequence of bool
            Which outputs need one; targets may be given for these alone.
        """
        if isinstance(y, dict):
            return self._by_name(y, "y")
        leaves = tree.flatten(y)
        if len(leaves) == len(self):
            return leaves
        if len(leaves) == sum(wanted):
            given = iter(leaves)
            return [next(given) if needed else None for needed in wanted]
        raise DataError(
            f"y holds {len(leaves)} target{'s' if len(leaves) > 1 else ''}, but the model has "
            f"{len(self)} outputs ({', '.join(self.names)}). Pass a list with one target per "
            f"output, or a dict with their names as keys."
        )
