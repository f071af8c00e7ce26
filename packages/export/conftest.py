"""Names that examples in docstrings may use without importing them."""

import contextlib
from typing import Any

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def names_in_examples(doctest_namespace: dict[str, Any]) -> None:
    """Give every docstring `np`, and `cornu` where it is installed, by which users find them."""
    doctest_namespace.update(np=np)
    with contextlib.suppress(ImportError):
        import cornu

        doctest_namespace.update(cornu=cornu)
