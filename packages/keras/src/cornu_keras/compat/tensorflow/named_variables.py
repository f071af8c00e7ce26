"""Variables that are found again by their names."""

from __future__ import annotations

from typing import Any

from cornu.plugins import registry
from cornu_keras.compat.tensorflow.graphs import default_graph
from cornu_keras.compat.tensorflow.scopes import get_variable_scope, nameless
from cornu_keras.compat.tensorflow.variables import Variable

__all__ = ["get_variable"]


def get_variable(
    name: str, shape: Any = None, dtype: Any = None, initializer: Any = None,
    regularizer: Any = None, trainable: bool = True, collections: Any = None, **_: Any,
) -> Any:  # fmt: skip
    """Make a variable of a name, or find it again where the scope says so.

    Raises
    ------
    ValueError
        For one that is there already, or is not.
    """
    if regularizer is not None:
        raise ValueError(
            "get_variable() takes no regularizer here: add regularizer(variable) to the loss."
        )
    scope, named = get_variable_scope(), default_graph().named
    full = f"{scope.name}/{name}".lstrip("/")
    if full in named and scope.reuse:
        return named[full]
    if full in named or scope.reuse is True:
        said = "exists already" if full in named else "does not exist"
        raise ValueError(
            f"Variable {full} {said}: with tf.variable_scope(name, reuse=tf.AUTO_REUSE), "
            "get_variable() finds it or makes it."
        )
    first = initializer or scope.initializer or "glorot_uniform"
    if isinstance(first, (str, type)) or callable(first):
        made = first() if isinstance(first, type) else registry.get("initializer", first)
        sizes, kind = tuple(shape or ()), str(dtype or "float32")

        def first() -> Any:
            return made(sizes, dtype=kind)

    with nameless():
        named[full] = Variable(first, trainable=trainable, name=full, dtype=dtype)
    return named[full]
