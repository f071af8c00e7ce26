"""Which module stands for which: the table that redirects imports."""

from __future__ import annotations

__all__ = ["DIALECTS", "EMPTY", "ROOTS", "place"]

# What `keras` is.
DIALECTS = {
    "keras2": "cornu_keras.compat.keras2",
    "tfkeras": "cornu_keras.compat.tfkeras",
    "keras3": "cornu",
}

EMPTY = ""  # a module that has nothing of its own
_NOWHERE = "cornu_keras.compat.runner.nowhere"  # what lies below one is not there

# Where each stands, and all that lies below it; "{keras}" and "{tf.keras}" are of the dialect.
# The longest name that fits counts.
ROOTS = {
    "keras": "{keras}",
    "keras.backend.cntk_backend": "{keras}.backend",
    "keras.backend.theano_backend": "{keras}.backend",
    "keras_applications": "cornu_keras.compat.keras_applications",
    "keras_preprocessing": "{keras}.preprocessing",
    "scikeras": EMPTY,
    "scikeras.wrappers": "cornu.wrappers",
    "tensorflow": "cornu_keras.compat.tensorflow",
    "tensorflow.compat.v1.keras": "{tf.keras}",
    "tensorflow.compat.v2": "cornu_keras.compat.tensorflow",
    "tensorflow.compat.v2.keras": "{tf.keras}",
    "tensorflow.keras": "{tf.keras}",
    "tensorflow.python": EMPTY,
    "tensorflow.python.keras": "{tf.keras}",
    "tf_keras": "cornu_keras.compat.tfkeras",
    # TensorBoard asks for this before it takes TensorFlow, whose files it would read through ours.
    "tensorboard.compat.notf": EMPTY,
}


def place(name: str, dialect: str) -> str | None:
    """Return the module of Cornu that stands for another, EMPTY, or None where none does.

    Parameters
    ----------
    name : str
        A module as scripts know it.
    dialect : {"keras2", "tfkeras", "keras3"}

    Examples
    --------
    >>> place("keras.layers.core", "keras2")
    'cornu_keras.compat.keras2.layers.core'
    >>> place("tensorflow.keras.layers", "keras2")
    'cornu_keras.compat.tfkeras.layers'
    >>> place("numpy", "keras2")
    """
    root = name
    while root not in ROOTS:
        root = root.rpartition(".")[0]
        if not root:
            return None
    if ROOTS[root] == EMPTY:
        return EMPTY if root == name else _NOWHERE
    newer = DIALECTS["keras3" if dialect == "keras3" else "tfkeras"]
    found = ROOTS[root].replace("{keras}", DIALECTS[dialect]).replace("{tf.keras}", newer)
    return found + name[len(root) :]
