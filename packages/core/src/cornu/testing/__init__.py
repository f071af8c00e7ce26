"""Checks for authors of operations, layers and backends; the project's own tests use the same.

`check_grads` compares derivatives with finite differences, `check_layer` tries a layer in all the
ways a model uses it, `check_layer_properties` does so for arguments and shapes that Hypothesis
chooses, and a subclass of `BackendSuite` tries a backend on every primitive.
"""

from cornu.testing.layers import check_layer, check_layer_properties
from cornu_ops.testing import BackendSuite, Case, check_grads, primitive_cases

layer_check = check_layer

__all__ = [
    "BackendSuite",
    "Case",
    "check_grads",
    "check_layer",
    "check_layer_properties",
    "layer_check",
    "primitive_cases",
]
