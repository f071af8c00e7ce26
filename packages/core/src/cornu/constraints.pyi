"""Written by `hatch run stubs`, for editors."""
# ruff: noqa
# fmt: off

from collections.abc import Mapping
from typing import Any

from cornu.base.constraint import Constraint as Constraint
from cornu_layers.constraints.norms import MaxNorm as MaxNorm
from cornu_layers.constraints.norms import MinMaxNorm as MinMaxNorm
from cornu_layers.constraints.sign import NonNeg as NonNeg
from cornu_layers.constraints.norms import UnitNorm as UnitNorm

max_norm = MaxNorm
maxnorm = MaxNorm
min_max_norm = MinMaxNorm
non_neg = NonNeg
nonneg = NonNeg
unit_norm = UnitNorm
unitnorm = UnitNorm

def get(identifier: Any) -> Any: ...
def serialize(constraint: Any) -> Any: ...
def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any: ...
