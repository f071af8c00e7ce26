"""What a session of Keras 2 keeps: the learning phase, names, the image data format."""

from __future__ import annotations

from typing import Any

from cornu import config
from cornu.base.layer.context import current_call
from cornu.base.naming import get_uid as _next_uid
from cornu.base.naming import reset_names
from cornu_engine.config import learning_phase as _chosen_phase
from cornu_engine.config import set_learning_phase as _choose_phase
from cornu_ops.windowed import standard_format


class LearningPhase(int):
    """0 or 1: also what stands for the phase among the inputs of `cornu.backend.function`."""

    __slots__ = ()


def learning_phase() -> int:
    """1 while training, 0 otherwise: of the layer being called, else what was set.

    Examples
    --------
    >>> int(K.learning_phase())
    0
    """
    call = current_call()
    training = call.training if call is not None else None
    if training is None:
        training = _chosen_phase()
    return LearningPhase(bool(training))


def set_learning_phase(value: int) -> None:
    """Choose the phase of layers that are called without `training`.

    Examples
    --------
    >>> K.set_learning_phase(1)
    >>> int(K.learning_phase())
    1
    >>> K.clear_session()
    """
    if value not in (0, 1):
        raise ValueError(f"The learning phase is 0 or 1, got {value!r}.")
    _choose_phase(bool(value))


def clear_session(free_memory: bool = True) -> None:
    """Forget what layers were named and which learning phase was chosen.

    Parameters
    ----------
    free_memory
        Accepted for Keras' sake: models are freed when nothing refers to them.

    Examples
    --------
    >>> K.clear_session()
    >>> cornu.layers.Dense(1).name
    'dense'
    """
    reset_names()
    _choose_phase(None)


def get_uid(prefix: str = "") -> int:
    """The next number for names that begin with a prefix.

    Examples
    --------
    >>> K.get_uid("mine"), K.get_uid("mine")
    (1, 2)
    """
    return _next_uid(prefix)


def reset_uids() -> None:
    """Begin all numbers for names again.

    Examples
    --------
    >>> K.reset_uids()
    >>> K.get_uid("mine")
    1
    """
    reset_names()


def set_epsilon(value: float | None = None, *, e: float | None = None) -> None:
    """Choose the small number that keeps divisions finite; `e` is Keras 2's name of it.

    Examples
    --------
    >>> K.set_epsilon(1e-7)
    """
    config.set_epsilon(e if value is None else value)  # type: ignore[arg-type]


def set_floatx(value: str | None = None, *, floatx: str | None = None) -> None:
    """Choose the default float type; `floatx` is Keras 2's name of the argument.

    Examples
    --------
    >>> K.set_floatx("float32")
    """
    config.set_floatx(floatx if value is None else value)  # type: ignore[arg-type]


_ORDERINGS = {"channels_last": "tf", "channels_first": "th"}


def image_dim_ordering() -> str:
    """The image data format by its oldest names: `"tf"` (channels last) or `"th"`.

    Examples
    --------
    >>> K.image_dim_ordering()
    'tf'
    """
    return _ORDERINGS[config.image_data_format()]


def set_image_dim_ordering(dim_ordering: str) -> None:
    """Choose the image data format by its oldest names.

    Examples
    --------
    >>> K.set_image_dim_ordering("tf")
    """
    formats = {old: new for new, old in _ORDERINGS.items()}
    if dim_ordering not in formats:
        raise ValueError(f"dim_ordering must be 'tf' or 'th', got {dim_ordering!r}.")
    config.set_image_data_format(formats[dim_ordering])


def normalize_data_format(value: Any) -> str:
    """A data format in lower case, checked; the default for `None`.

    Examples
    --------
    >>> K.normalize_data_format(None)
    'channels_last'
    """
    return standard_format(value)
