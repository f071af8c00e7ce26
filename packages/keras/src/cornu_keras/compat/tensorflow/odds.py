"""Small things of TensorFlow's that scripts call and that need nothing of Cornu."""

from __future__ import annotations

import contextlib
import functools
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu_engine.trace import current_trace, is_traced
from cornu_keras.compat.tensorflow.data.elements import numbers_of
from cornu_keras.compat.tensorflow.values import as_tensors, convert_to_tensor

VERSION = "2.15.0"
DEBUG, INFO, WARN, ERROR, FATAL = 10, 20, 30, 40, 50
LOGGER = logging.getLogger("tensorflow")


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


def print_and_return(input_: Any, data: Any, message: str | None = None, *_: Any, **__: Any) -> Any:
    """Print tensors where they are computed, and return the first argument."""
    from cornu_keras.backend import print_tensor

    for part in data:
        print_tensor(part, message or "")
    return input_


def py_function(
    func: Callable[..., Any] | None = None, inp: Any = None, Tout: Any = None, **_: Any
) -> Any:
    """Return what Python makes of the values of tensors."""
    if func is None or inp is None:
        return functools.partial(_decorated, func, Tout, py_function)
    return _typed(func(*(as_tensors(np.asarray(x)) for x in inp)), Tout)


def numpy_function(
    func: Callable[..., Any] | None = None, inp: Any = None, Tout: Any = None, **_: Any
) -> Any:
    """Return what Python makes of the values of tensors, given as arrays."""
    if func is None or inp is None:
        return functools.partial(_decorated, func, Tout, numpy_function)
    return _typed(func(*(numbers_of(x) for x in inp)), Tout)


def _decorated(func: Any, Tout: Any, call: Callable[..., Any], *args: Any) -> Any:
    """Stand for a decorator, and for the function that it decorates."""
    if func is None:
        return functools.partial(_decorated, args[0], Tout, call)
    return call(func, args, Tout)


def _typed(found: Any, Tout: Any) -> Any:
    """Return what Python gave as tensors of the dtypes that were told."""
    if isinstance(Tout, (list, tuple)):
        parts = found if isinstance(found, (list, tuple)) else [found]
        return [_typed(part, kind) for part, kind in zip(parts, Tout, strict=True)]
    return as_tensors(found) if Tout is None or found is None else convert_to_tensor(found, Tout)


class IndexedSlices:
    """Rows of a gradient, by their numbers."""

    def __init__(self, values: Any, indices: Any, dense_shape: Any = None) -> None:
        self.values, self.indices, self.dense_shape = values, indices, dense_shape


class VariableAggregation:
    """How what several devices write becomes one value: there is one."""

    NONE, SUM, MEAN, ONLY_FIRST_REPLICA = range(4)


class VariableSynchronization:
    """When variables of several devices are made equal: there is one."""

    AUTO, NONE, ON_WRITE, ON_READ = range(4)


class Settings:
    """What may be told of a device, and changes nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.__dict__.update(kwargs)


def no_details(*_: Any, **__: Any) -> dict[str, Any]:
    """Return that nothing is known."""
    return {}


def grad_pass_through(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function whose gradient is that of its input."""
    import cornu_ops as ops

    return lambda x: as_tensors(ops.add(x, ops.stop_gradient(ops.subtract(function(x), x))))


def timestamp(name: Any = None) -> Any:
    """Return the seconds since 1970."""
    return convert_to_tensor(np.float64(time.time()))


def is_symbolic_tensor(tensor: Any) -> bool:
    """Tell whether a tensor's number is known only when a program runs."""
    return is_traced(tensor)


def inside_function() -> bool:
    """Tell whether a program is being made."""
    return current_trace() is not None


def build_info() -> dict[str, bool]:
    """Say how it was built."""
    return {"is_cuda_build": False, "is_rocm_build": False}


def get_logger() -> logging.Logger:
    """Return the logger of TensorFlow's name."""
    return LOGGER
