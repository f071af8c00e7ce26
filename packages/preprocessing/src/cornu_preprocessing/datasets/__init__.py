"""Data sets to learn with, downloaded once and kept where Keras keeps them.

Each has a function `load_data`. Files come by https, their SHA-256 is checked, and they are read
as arrays: no file can run code.

>>> from cornu.datasets import mnist
>>> mnist.load_data.__name__
'load_data'
"""

from __future__ import annotations

from cornu_engine.lazy import lazy

__getattr__, __dir__ = lazy(__name__)
