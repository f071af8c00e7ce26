"""Formats of files beside our own, which plugins bring by the hook `cornu_file_formats`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, ClassVar

from cornu.installing import how_to_install
from cornu.plugins import registry
from cornu.plugins.kinds import kind_of
from cornu_data.files.words import Words
from cornu_engine.errors import MissingDistributionError, SavingError
from cornu_engine.files.hdf5 import Dataset, Group
from cornu_engine.files.rules import Limits

OWN = "keras"  # the ending of our own files, and what `save_format` calls them
# What Cornu's own distributions write beside it: asked for without them, they are named.
_ELSEWHERE = ("h5", "hdf5")


class FileFormat:
    """What another library's files hold, and how. A subclass overrides what it knows.

    Attributes
    ----------
    endings : tuple of str
        Of the names of the files it writes, "h5" for `model.h5`.
    signature : bytes
        What the files of whole models that it reads begin with.
    language : str or None
        Of the texts it reads and writes, as "yaml".

    Examples
    --------
    Brought by a plugin:

    >>> class Twice(FileFormat):
    ...     endings = ("twice",)
    ...     def write_model(self, model, filepath, overwrite, include_optimizer):
    ...         print("writes", filepath)
    >>> from cornu.plugins import hookimpl, registry
    >>> class Plugin:
    ...     @hookimpl
    ...     def cornu_file_formats(self):
    ...         return [Twice]
    >>> plugin = Plugin()
    >>> registry.register(plugin, name="twice")
    >>> import cornu
    >>> x = cornu.Input((2,))
    >>> cornu.Model(x, x + 1.0).save("model.twice")
    writes model.twice
    >>> registry.unregister(plugin)
    """

    endings: ClassVar[tuple[str, ...]] = ()
    signature: ClassVar[bytes] = b""
    language: ClassVar[str | None] = None

    # Places that are no paths

    def takes(self, place: Any) -> bool:
        """Tell whether it reads and writes an object that is no path."""
        return False

    def spooled(self, place: Any) -> AbstractContextManager[str]:
        """Give the path of a file of what such an object holds, as long as a block lasts."""
        raise SavingError(f"{type(self).__name__} reads files only.")

    def put(self, place: Any, data: Any, overwrite: bool) -> None:
        """Put bytes that Cornu made into such an object."""
        raise SavingError(f"{type(self).__name__} writes files only.")

    # Whole models

    def write_model(
        self, model: Any, filepath: Any, overwrite: bool, include_optimizer: bool
    ) -> None:
        """Write a model to one file."""
        raise SavingError(f"{type(self).__name__} writes no models.")

    def read_model(self, path: str, limits: Limits, compile: bool) -> Any:
        """Return the model in a file that begins with `signature`."""
        raise SavingError(f"{type(self).__name__} reads no models.")

    def words(self, version: str | None) -> Words | None:
        """Return the words of a configuration by its `keras_version`; None if they are others'."""
        return None

    # Weights in HDF5

    def write_weights(self, model: Any, file: Any) -> None:
        """Write the weights of a model into an open HDF5 file."""
        raise SavingError(f"{type(self).__name__} writes no weights.")

    def weights(self, root: Group) -> Group | None:
        """Return the group of an HDF5 file that holds weights in this format, None if none does."""
        return None

    def configuration(self, root: Group, limits: Limits) -> Any:
        """Return the configuration of the model in an HDF5 file, None if it holds none."""
        return None

    def arrays(self, weights: Group) -> Iterable[list[Dataset]]:
        """Return the arrays of each layer, in order."""
        return ()

    def plan_weights(self, model: Any, weights: Group, plan: Any, by_name: bool) -> None:
        """Note in a `Plan` which array goes into which variable."""
        raise SavingError(f"{type(self).__name__} reads no weights.")

    # Texts

    def write_text(self, config: Any, **kwargs: Any) -> str:
        """Return a configuration as a text; `kwargs` are for the library that writes it."""
        raise SavingError(f"{type(self).__name__} writes no texts.")

    def read_text(self, text: Any, limits: Limits) -> Any:
        """Return the configuration that a text holds."""
        raise SavingError(f"{type(self).__name__} reads no texts.")


def formats() -> Iterator[FileFormat]:
    """Yield the formats that plugins bring."""
    for cls in dict.fromkeys(entry.object for entry in registry.entries("file_format")):
        yield cls()


def format_of_place(place: Any) -> FileFormat | None:
    """Return the format that reads and writes an object which is no path, None for a path.

    Raises
    ------
    TypeError
        If none does.
    """
    if isinstance(place, (str, bytes, os.PathLike)):
        return None
    found = next((one for one in formats() if one.takes(place)), None)
    if found is None:
        os.fspath(place)  # raises, naming its type
    return found


def format_to_write(filepath: Any, save_format: str | None = None) -> FileFormat | None:
    """Return the format that a path or `save_format` asks for, None for our own.

    Raises
    ------
    MissingDistributionError
        If it comes with a distribution that is not installed.
    ValueError
        For a `save_format` that is none.
    """
    place = format_of_place(filepath)
    if place is not None:
        return place
    wanted = save_format or os.path.splitext(os.fspath(filepath))[1][1:].lower()
    if wanted in (OWN, ""):
        return None
    known = list(formats())
    wanted_format = next((one for one in known if wanted in one.endings), None)
    if wanted_format is not None:
        return wanted_format
    if wanted in _ELSEWHERE:
        raise missing(f"The format .{wanted}")
    if save_format is not None:
        names = [OWN, *(one.endings[0] for one in known if one.endings)]
        raise ValueError(
            f"save_format={save_format!r}: {' and '.join(map(repr, names))} are written."
        )
    return None


def format_of_weights(root: Group) -> tuple[FileFormat | None, Group]:
    """Return the format of the weights in an HDF5 file, None for our own; and where they lie."""
    for one in formats():
        group = one.weights(root)
        if group is not None:
            return one, group
    return None, root


def format_of_text(language: str) -> FileFormat:
    """Return the format that reads and writes texts of a language."""
    text_format = next((one for one in formats() if one.language == language), None)
    if text_format is None:
        raise missing(language.upper())
    return text_format


def words_of(version: Any) -> Words:
    """Return the words of a configuration by its `keras_version`: Keras 3's, or a format's."""
    major = re.match(r"\d{1,4}", str(version or ""))
    if major is not None and int(major[0]) >= 3:
        return Words()
    words = next(filter(None, (one.words(version) for one in formats())), None)
    if words is None:
        raise missing(f"A model that Keras {version or 2} describes")
    return words


def missing(what: str) -> MissingDistributionError:
    """Return the error for what no installed format knows: which distribution brings it, and why
    it did not if it is here."""
    provider = kind_of("file_format").providers[0]
    reasons = " ".join(registry.reasons("file_format"))
    said = reasons or f"which is not installed here: {how_to_install(provider)}"
    return MissingDistributionError(f"{what} comes with {provider}, {said}")
