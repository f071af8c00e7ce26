"""Names that examples in docstrings may use without importing them."""

from typing import Any

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def names_in_examples(doctest_namespace: dict[str, Any]) -> None:
    """Give every docstring `np`."""
    doctest_namespace.update(np=np)
