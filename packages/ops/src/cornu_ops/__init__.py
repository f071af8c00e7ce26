"""The operations of `keras.ops`, on arrays, traced values and symbolic tensors alike.

On arrays an operation computes at once; inside a trace it becomes part of the program. Each is
loaded when it is first used.

>>> from cornu import ops
>>> ops.add([1.0, 2.0], 3)
array([4., 5.], dtype=float32)
"""

from __future__ import annotations

import sys

import cornu_engine.trace  # noqa: F401  gives operators the meaning that ends here
from cornu_engine import operators
from cornu_engine.lazy import lazy

__getattr__, __dir__ = lazy(__name__, known_as="cornu.ops")

operators.spoken_in(sys.modules[__name__])
