"""Written by `hatch run stubs`, for editors."""
# ruff: noqa
# fmt: off

from collections.abc import Mapping
from typing import Any

from cornu_layers.regularizers.norms import L1 as L1
from cornu_layers.regularizers.norms import L1L2 as L1L2
from cornu_layers.regularizers.norms import L2 as L2
from cornu_layers.regularizers.orthogonal import OrthogonalRegularizer as OrthogonalRegularizer
from cornu.base.regularizer import Regularizer as Regularizer

l1 = L1
l1_l2 = L1L2
l1l2 = L1L2
l2 = L2
orthogonal_regularizer = OrthogonalRegularizer

def get(identifier: Any) -> Any: ...
def serialize(regularizer: Any) -> Any: ...
def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any: ...
