"""Functions of numbers with fractions are defined for whole numbers too."""

import numpy as np
import pytest

from cornu_backend_native.backend import NativeBackend
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.reference_backend import ReferenceBackend
from cornu_engine.trace import Trace

# Not tanh and the like, which come so near to a whole number that the last bit decides.
FUNCTIONS = {"exp": 1, "log": 1, "sqrt": 1, "sinh": 1, "div": 2, "atan2": 2}


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "int64"])
@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("alone", [True, False], ids=["alone", "in a group"])
def test_as_the_definition_has_it(name: str, dtype: str, alone: bool) -> None:
    with Trace("t") as trace:
        x = trace.input("x", (40,), dtype)
        y = getattr(p, name)(*[x] * FUNCTIONS[name])
        results = [y] if alone else [y, p.neg(p.cast(y, dtype="float32"))]
        program = build_program("t", trace, results)
    values = (np.arange(40) % 5 + 1).astype(dtype)
    wanted = ReferenceBackend().compile(program)(values)
    for result, right in zip(NativeBackend().compile(program)(values), wanted, strict=True):
        assert result.dtype == right.dtype
        np.testing.assert_array_equal(result, right)
