"""The table of operations: how each is written in NumPy."""

from __future__ import annotations

from cornu_backend_numpy.emit.composites import COMPOSITES
from cornu_backend_numpy.emit.elementwise import ELEMENTWISE, Emit
from cornu_backend_numpy.emit.movement import MOVEMENT
from cornu_backend_numpy.emit.products import PRODUCTS

OPERATIONS: dict[str, Emit] = {**ELEMENTWISE, **PRODUCTS, **MOVEMENT, **COMPOSITES}
