"""Small things of TensorFlow's that scripts call and that need nothing of Cornu."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu_keras.compat.tensorflow.values import as_tensors

VERSION = "2.15.0"
ERROR, INFO = 40, 20


@dataclass(frozen=True)
class PhysicalDevice:
    """A device that computes."""

    name: str
    device_type: str


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """Return the processor; Cornu's own devices are listed by `python -m cornu devices`."""
    processor = PhysicalDevice("/physical_device:CPU:0", "CPU")
    return [processor] if device_type in (None, "CPU") else []


def no_op(*_: Any, **__: Any) -> None:
    """Do nothing: there is nothing to set here."""


def no(*_: Any, **__: Any) -> bool:
    """Say no."""
    return False


def nameless(*_: Any, **__: Any) -> str:
    """Return no name."""
    return ""


def unchanged(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function as it is."""
    return function


@contextlib.contextmanager
def context(*_: Any, **__: Any) -> Iterator[None]:
    """Change nothing inside: operations run where they run, in the order in which they stand."""
    yield


def print_(*inputs: Any, sep: str = " ", end: str = "\n", **_: Any) -> None:
    """Print tensors as their numbers."""
    shown = (np.asarray(x) if hasattr(x, "__array__") else x for x in inputs)
    print(*shown, sep=sep, end=end)


def py_function(func: Callable[..., Any], inp: Any, Tout: Any = None, **_: Any) -> Any:
    """Return what Python makes of the values of tensors."""
    return as_tensors(func(*(as_tensors(np.asarray(x)) for x in inp)))


def build_info() -> dict[str, bool]:
    """Say how it was built."""
    return {"is_cuda_build": False, "is_rocm_build": False}


def get_logger() -> logging.Logger:
    """Return the logger of TensorFlow's name."""
    return logging.getLogger("tensorflow")
