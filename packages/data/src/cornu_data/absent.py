"""An attribute that is not there, and those that are called alike."""

from __future__ import annotations

from cornu_engine.errors import near_matches

__all__ = ["NoAttribute"]


class NoAttribute(AttributeError):
    """An `AttributeError` that looks for near names when it is shown: `hasattr` stays quick.

    Parameters
    ----------
    text : str
    kind : type
        Of the object.
    absent : str
        The name.

    Examples
    --------
    >>> print(NoAttribute("There is no 'bit_lenth'", int, "bit_lenth"))
    There is no 'bit_lenth'. Did you mean 'bit_length'?
    """

    def __init__(self, text: str, kind: type = object, absent: str = "") -> None:
        super().__init__(text)
        self.kind = kind
        self.absent = absent

    def __str__(self) -> str:
        names = [name for name in dir(self.kind) if not name.startswith("_")]
        hint = near_matches(self.absent, names, limit=1)
        return f"{super().__str__()}. {hint}" if hint else super().__str__()
