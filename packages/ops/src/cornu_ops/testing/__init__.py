"""Checks for authors of operations and backends.

`check_grads` compares derivatives with finite differences, and a subclass of `BackendSuite` tries a
backend on every primitive.
"""

from cornu_ops.testing.backend_suite import BackendSuite
from cornu_ops.testing.cases import Case, primitive_cases
from cornu_ops.testing.gradients import check_grads

__all__ = ["BackendSuite", "Case", "check_grads", "primitive_cases"]
