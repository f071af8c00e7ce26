"""Names that examples in docstrings may use without importing them."""

from typing import Any

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def names_in_examples(doctest_namespace: dict[str, Any]) -> None:
    """Give every docstring `np`, `cornu` and `ops`."""
    import cornu
    from cornu import ops

    doctest_namespace.update(cornu=cornu, np=np, ops=ops)
