"""The closed set of primitives, one row each.

A row holds all that is known about a primitive: what it computes (`evaluate`, in plain NumPy, which
is its definition), the shape and dtype of its result (`infer`), and its derivative (`vjp`, written
in primitives). A backend must be able to run every row; plugins define composites, never
primitives.
"""

from cornu_engine.primitives import elementwise, indexing, leaves, linear, movement, reductions
from cornu_engine.primitives.table import PRIMITIVES, Primitive, register

__all__ = [
    "PRIMITIVES",
    "Primitive",
    "elementwise",
    "indexing",
    "leaves",
    "linear",
    "movement",
    "reductions",
    "register",
]
