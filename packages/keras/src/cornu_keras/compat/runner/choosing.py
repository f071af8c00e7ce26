"""Which dialect a script speaks: the one that lacks the fewest of the names it uses."""

from __future__ import annotations

import os

from cornu_keras.compat.runner.known import has, library_of
from cornu_keras.compat.runner.names_used import Script
from cornu_keras.compat.runner.places import DIALECTS

__all__ = ["choose", "given", "lacking"]

VARIABLE = "CORNU_DIALECT"


def given(dialect: str | None) -> str | None:
    """Return the dialect that an option or the environment asks for.

    Raises
    ------
    ValueError
        Where there is no such dialect.
    """
    asked = dialect or os.environ.get(VARIABLE) or None
    if asked is not None and asked not in DIALECTS:
        source = "--dialect" if dialect else VARIABLE
        raise ValueError(f"{source} is {asked!r}: it can be {', '.join(DIALECTS)}.")
    return asked


def choose(script: Script) -> str:
    """Return the dialect of a script by the names that it uses.

    Where several lack equally few, it is Keras 2, the one that scripts without an edit are mostly
    of; `tf.keras` where only TensorFlow is imported.

    Examples
    --------
    >>> from cornu_keras.compat.runner.names_used import read
    >>> choose(read("import keras\\nx = keras.ops.ones(3)", "", None))
    'keras3'
    >>> choose(read("from keras.layers import Dense", "", None))
    'keras2'
    >>> choose(read("from tensorflow.keras.layers import Dense", "", None))
    'tfkeras'
    """
    tops = {use.path.partition(".")[0] for use in script.uses}
    paths = {use.path for use in script.uses}
    with_tensorflow = bool(tops & {"tensorflow", "tf_keras"})
    if not tops & {"keras", "keras_preprocessing", "keras_applications"} and with_tensorflow:
        dialects = ["tfkeras", "keras3"]
    elif with_tensorflow:
        dialects = ["keras2", "tfkeras", "keras3"]
    else:
        dialects = ["keras2", "keras3", "tfkeras"]
    if script.backend in ("jax", "torch", "numpy", "openvino"):
        return "keras3"
    return min(dialects, key=lambda dialect: len(lacking(paths, dialect)))


def lacking(paths: set[str], dialect: str) -> set[str]:
    """Return what a dialect's Keras has not, of some names."""
    found = set()
    for path in paths:
        library, place = library_of(path, dialect)
        if library in DIALECTS and not has(library, place):
            found.add(path)
    return found
