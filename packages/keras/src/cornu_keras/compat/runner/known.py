"""The names that the real libraries have: `names/LIBRARY.txt`, written by introspection."""

from __future__ import annotations

import pkgutil
from functools import cache

__all__ = ["LIBRARIES", "exists", "has", "library_of"]

# What the lists are of.
LIBRARIES = {
    "keras2": "Keras 2.3.1",
    "tfkeras": "tf.keras 2.15",
    "keras3": "Keras 3",
    "tensorflow": "TensorFlow",
}


@cache
def names(library: str) -> dict[str, frozenset[str]]:
    """Return the modules of a library, and what stands in each.

    Examples
    --------
    >>> "Dense" in names("keras2")["keras.layers"]
    True
    """
    text = (pkgutil.get_data(__package__, f"names/{library}.txt") or b"").decode()
    found = {}
    for section in text.split("[")[1:]:
        module, _, words = section.partition("]")
        found[module] = frozenset(words.split())
    return found


def has(library: str, path: str) -> bool:
    """Tell whether a library has what a dotted path names, as far as its modules reach.

    Examples
    --------
    >>> has("keras2", "keras.layers.Dense.build"), has("keras2", "keras.ops.add")
    (True, False)
    """
    modules = names(library)
    parts = path.split(".")
    for end in range(len(parts), 0, -1):
        module = ".".join(parts[:end])
        if module in modules:
            return end == len(parts) or parts[end] in modules[module]
    return False


def library_of(path: str, dialect: str) -> tuple[str, str]:
    """Return the library that a dotted path of a script belongs to, and its path in there.

    Examples
    --------
    >>> library_of("tensorflow.keras.layers.Dense", "keras2")
    ('tfkeras', 'keras.layers.Dense')
    >>> library_of("tensorflow.nn.relu", "keras2")
    ('tensorflow', 'tensorflow.nn.relu')
    """
    newer = "keras3" if dialect == "keras3" else "tfkeras"
    for root in ("tensorflow.compat.v1.keras", "tensorflow.python.keras", "tensorflow.keras"):
        if _below(path, root):
            return newer, "keras" + path[len(root) :]
    for root, library, place in _ROOTS:
        if _below(path, root):
            return library, place + path[len(root) :]
    return dialect, path


# What the list leaves out, or TensorFlow had in other years.
_UNLISTED = [
    f"tensorflow.{name}"
    for name in (
        *("autograph", "contrib", "estimator", "examples", "flags", "layers", "lite", "mlir"),
        *("nn.rnn_cell", "python", "raw_ops", "tpu", "xla"),
    )
]

# Other distributions that are a part of one of the libraries.
_ROOTS = [
    ("tensorflow", "tensorflow", "tensorflow"),
    ("tf_keras", "tfkeras", "keras"),
    ("keras_preprocessing", "keras2", "keras.preprocessing"),
    ("keras_applications", "keras2", "keras.applications"),
]


def exists(path: str, dialect: str) -> str | None:
    """Return the library that has what a dotted path of a script names, or None.

    Examples
    --------
    >>> exists("keras.utils.multi_gpu_model", "keras2")
    'keras2'
    >>> exists("keras.ops.add", "keras2")
    'keras3'
    >>> exists("keras.layers.Dens", "keras2")
    """
    library, place = library_of(path, dialect)
    if library == "tensorflow":
        old = place.replace("tensorflow", "tensorflow.compat.v1", 1)
        listed = has(library, place) or has(library, old)
        return library if listed or any(_below(place, root) for root in _UNLISTED) else None
    libraries = dict.fromkeys((library, "tfkeras", "keras3", "keras2"))
    return next((name for name in libraries if has(name, place)), None)


def _below(path: str, root: str) -> bool:
    return path == root or path.startswith(f"{root}.")
