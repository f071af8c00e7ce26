"""Data sets to learn with, downloaded once and kept where Keras keeps them.

Each has a function ``load_data``. Files come by https, their SHA-256 is checked, and they are read
as arrays: no file can run code.

>>> from cornu.datasets import mnist
>>> mnist.load_data.__name__
'load_data'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cornu_preprocessing.datasets import boston_housing as boston_housing
    from cornu_preprocessing.datasets import california_housing as california_housing
    from cornu_preprocessing.datasets import cifar10 as cifar10
    from cornu_preprocessing.datasets import cifar100 as cifar100
    from cornu_preprocessing.datasets import fashion_mnist as fashion_mnist
    from cornu_preprocessing.datasets import imdb as imdb
    from cornu_preprocessing.datasets import mnist as mnist
    from cornu_preprocessing.datasets import reuters as reuters

__all__ = [
    "boston_housing",
    "california_housing",
    "cifar10",
    "cifar100",
    "fashion_mnist",
    "imdb",
    "mnist",
    "reuters",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    from cornu_engine.errors import near_matches

    hint = near_matches(name, __all__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}. {hint}".rstrip())


def __dir__() -> list[str]:
    return sorted(__all__)
