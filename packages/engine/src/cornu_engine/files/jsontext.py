"""JSON that comes from a file: bounded, and without what JSON leaves open."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, NoReturn

from cornu_engine.depth import make_room
from cornu_engine.errors import BadFileError, SavingError
from cornu_engine.files.rules import LARGEST, Limits

# Texts are passed over, also one that never ends; the rest is what nests.
_TOKENS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
_LARGEST_INTEGER = 2**63


def read_json(text: Any, limits: Limits, what: str = "The JSON") -> dict[str, Any]:
    """Return the object that a JSON text describes.

    Parameters
    ----------
    text : str or bytes
    limits : Limits
    what : str
        What to call the text in messages.

    Raises
    ------
    BadFileError
        If it is no object, nests too deeply, is too long, repeats a key, or holds NaN or infinity.

    Examples
    --------
    >>> read_json('{"a": [1, 2]}', Limits())
    {'a': [1, 2]}
    >>> read_json('{"a": 1, "a": 2}', Limits())
    Traceback (most recent call last):
    cornu_engine.errors.BadFileError: The JSON holds the key 'a' twice. (rule: json)
    """
    if len(text) > limits.text:
        raise BadFileError(f"{what} has {len(text):,} bytes; {limits.text:,} are allowed.", "size")
    try:
        text = text.decode("utf-8") if isinstance(text, (bytes, bytearray)) else str(text)
        _check_nesting(text, limits, what)
        value = json.loads(
            text,
            object_pairs_hook=lambda pairs: _object(pairs, what),
            parse_constant=lambda name: _refuse(f"{what} holds {name}, which is no JSON.", "json"),
            parse_int=_integer,
            parse_float=_float,
        )
    except (ValueError, RecursionError) as error:
        if isinstance(error, BadFileError):
            raise
        raise BadFileError(f"{what} cannot be read: {error}", "json") from error
    if not isinstance(value, dict):
        raise BadFileError(f"{what} is no object: {str(value)[:60]}", "json")
    return value


def write_json(value: Any, **kwargs: Any) -> str:
    """Return JSON that any reader takes.

    Raises
    ------
    SavingError
        For NaN and infinity, which JSON cannot say.
    """
    try:
        return json.dumps(value, **{"allow_nan": False, **kwargs})
    except ValueError as error:
        raise SavingError(
            f"The configuration holds NaN or infinity, which a file cannot say ({error}). "
            "Give the layer or optimizer a finite number."
        ) from error


def _check_nesting(text: str, limits: Limits, what: str) -> None:
    depth = count = deepest = 0
    for match in _TOKENS.finditer(text):
        token = text[match.start()]
        if token in "[{":
            depth, count = depth + 1, count + 1
            deepest = max(deepest, depth)
            if depth > limits.depth:
                _refuse(f"{what} nests more than {limits.depth} deep.", "json")
            if count > limits.items:
                _refuse(f"{what} holds more than {limits.items:,} objects and lists.", "json")
        elif token in "]}":
            depth -= 1
    make_room(deepest)


def _object(pairs: list[tuple[str, Any]], what: str) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        _refuse(f"{what} holds the key {twice[:60]!r} twice.", "json")
    for key in LARGEST.keys() & members.keys():
        values = members[key] if isinstance(members[key], list) else [members[key]]
        if any(isinstance(v, (int, float)) and v > LARGEST[key] for v in values):
            asked = str(members[key])[:60]
            _refuse(f"{what} asks for {key}={asked}; {LARGEST[key]} is the most.", "size")
    return members


def _integer(text: str) -> int:
    value = int(text)
    if abs(value) > _LARGEST_INTEGER:
        _refuse(f"{text[:30]} is too large for a number of a configuration.", "json")
    return value


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        _refuse(f"{text[:30]} is too large for a number.", "json")
    return value


def _refuse(text: str, rule: str) -> NoReturn:
    raise BadFileError(text, rule)
