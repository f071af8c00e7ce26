"""What a session of TensorFlow 1 was: a place where values are computed, and names."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import numpy as np

import cornu_keras.backend as common

F = TypeVar("F", bound=Callable[..., Any])


def backend() -> str:
    """Return the name of the backend whose words scripts of Keras 2 use.

    What computes is another matter: `cornu.get_backend()`.

    Examples
    --------
    >>> backend()
    'tensorflow'
    """
    return "tensorflow"


def get_session() -> Any:
    """Return a session of TensorFlow 1's kind, in which tensors are computed.

    Examples
    --------
    >>> x = K.placeholder((2,))
    >>> get_session().run(x * 2, {x: [1.0, 2.0]})
    array([2., 4.], dtype=float32)
    """
    from cornu_keras.compat.tensorflow.sessions import keras_session

    return keras_session()


def set_session(session: Any) -> None:
    """Keep a session for `get_session`; what it configured changes no result."""
    from cornu_keras.compat.tensorflow.sessions import set_keras_session

    set_keras_session(session)


def manual_variable_initialization(value: bool) -> None:
    """Take note of nothing: variables have their first value as soon as they are made."""


@contextlib.contextmanager
def name_scope(name: str, *args: Any, **kwargs: Any) -> Iterator[str]:
    """Hand its name to a `with` block.

    Examples
    --------
    >>> with name_scope("loss") as name:
    ...     name
    'loss/'
    """
    yield f"{name}/"


@contextlib.contextmanager
def control_dependencies(control_inputs: Iterable[Any]) -> Iterator[None]:
    """Do nothing: what is written first is computed first."""
    yield


def symbolic(func: F) -> F:
    """Return a function as it is: it takes symbolic tensors in any case."""
    return func


def eager(func: F) -> F:
    """Return a function as it is: it takes arrays in any case."""
    return func


def is_symbolic(x: Any) -> bool:
    """Tell a symbolic tensor from an array.

    Examples
    --------
    >>> import cornu, numpy as np
    >>> is_symbolic(cornu.Input((2,))), is_symbolic(np.zeros(2))
    (True, False)
    """
    return bool(getattr(type(x), "__cornu_symbolic__", False))


def is_keras_tensor(x: Any) -> bool:
    """Tell whether a tensor was returned by a layer or `Input`.

    Raises
    ------
    ValueError
        For an array, which is no tensor.

    Examples
    --------
    >>> import cornu
    >>> is_keras_tensor(cornu.Input((2,)))
    True
    """
    if isinstance(x, (np.ndarray, np.generic, list, tuple, str, int, float)):
        raise ValueError(
            f"Unexpectedly found an instance of type `{type(x).__name__}`. Expected a symbolic "
            "tensor instance."
        )
    return is_symbolic(x) and not getattr(x, "_is_placeholder", False)


def placeholder(*args: Any, **kwargs: Any) -> Any:
    """Return a symbolic input of `K.function`, which is no tensor of a layer.

    Parameters
    ----------
    *args, **kwargs
        As in `cornu.backend.placeholder`.
    """
    made = common.placeholder(*args, **kwargs)
    made._is_placeholder = True
    return made


def ctc_label_dense_to_sparse(labels: Any, label_lengths: Any) -> Any:
    """Refuse: labels stay dense here."""
    raise NotImplementedError(
        "There are no sparse tensors here. K.ctc_batch_cost(y_true, y_pred, input_length, "
        "label_length) takes labels as they are."
    )
