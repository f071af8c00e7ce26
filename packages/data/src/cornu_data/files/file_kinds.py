"""What is in a file: its bytes say, not its name."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from cornu_engine.errors import BadFileError
from cornu_engine.files.archive import WEIGHTS, Archive
from cornu_engine.files.rules import Limits

HDF5, ZIP = "hdf5", "zip"
STEP_FILES = ("model.keras", "model.weights.h5")  # in the folder of a step
INDEX = ".weights.json"  # how the path of an index of shards ends
_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
ZIP_SIGNATURE = b"PK\x03\x04"
# One of these groups lies at the root of a weights file of Keras 3.
WEIGHTS_GROUPS = ("layers", "vars", "_layer_checkpoint_dependencies")


def kind_of_file(path: Any) -> str:
    """Return `HDF5` or `ZIP`.

    Raises
    ------
    BadFileError
        For a file of another kind, with what it may be.
    """
    with open(path, "rb") as file:
        first = file.read(8)
    if first == _HDF5_SIGNATURE:
        return HDF5
    if first[:4] == ZIP_SIGNATURE:
        return ZIP
    raise BadFileError(
        f"{os.fspath(path)!r} is not a model or weights file: it is neither HDF5 nor a zip, but "
        f"begins with {first!r}.",
        "kind",
    )


def step_file(folder: Any) -> str | None:
    """Return the file that the folder of a step holds."""
    paths = (os.path.join(folder, name) for name in STEP_FILES)
    return next(filter(os.path.isfile, paths), None)


def steps_in(folder: Any) -> dict[int, str]:
    """Return the file of each step that a folder holds, each in a folder of its own, in order."""
    names = [name for name in os.listdir(folder) if name.isdecimal()]
    files = {int(name): step_file(os.path.join(folder, name)) for name in names}
    return {step: file for step, file in sorted(files.items()) if file is not None}


def file_at(path: str) -> str:
    """Return the path of a file; of the folder of a step, or of all steps, that of the newest."""
    if not os.path.isdir(path):
        return path
    return step_file(path) or next(reversed(steps_in(path).values()), path)


def check_is_file(path: str, what: str) -> None:
    """Raise for a path that is no file, saying what it is instead."""
    if os.path.isdir(path):
        saved = os.path.exists(os.path.join(path, "saved_model.pb"))
        raise BadFileError(
            f"{path!r} is a folder"
            + (", a SavedModel of TensorFlow, which TensorFlow alone reads. In tf.keras, save the "
               "model to a .h5 or .keras file." if saved else "; give the name of a file in it."),
            "kind",
        )  # fmt: skip
    if not os.path.isfile(path):
        if os.path.exists(f"{path}.index"):
            raise BadFileError(
                f"{path!r} is a checkpoint of TensorFlow, which TensorFlow alone reads. In "
                "tf.keras, save the weights to a .h5 file.",
                "kind",
            )
        raise FileNotFoundError(f"There is no {what} {path!r}.")


@contextlib.contextmanager
def weights_source(path: str, limits: Limits) -> Iterator[Any]:
    """Give what `open_hdf5` opens: the file itself, or the weights in a zip."""
    if kind_of_file(path) == HDF5:
        yield path
        return
    with open(path, "rb") as file:
        yield Archive(file, limits).open(WEIGHTS)
