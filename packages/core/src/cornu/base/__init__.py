"""The classes that a plugin's parts descend from.

Each is imported when it is first asked for, so that a program which only trains never loads the
rest.

>>> from cornu.base import Initializer
>>> Initializer.__module__
'cornu.base.initializer'
"""

from __future__ import annotations

from cornu_engine.lazy import lazy

__getattr__, __dir__ = lazy(__name__)
