"""What a second `fit` of an unchanged model walks through: nothing that the first has settled."""

import sys

import numpy as np
import pytest

import cornu
from cornu.layers import Dense

X, Y = np.ones((64, 2), "float32"), np.ones((64, 3), "float32")


@pytest.mark.parametrize(
    ("options", "others", "most_modules", "most_calls"),
    [
        pytest.param({}, False, 29, 373, id="loss"),
        pytest.param({"metrics": ["mae"]}, False, 30, 438, id="loss and metric"),
        pytest.param({}, True, 32, 428, id="after other layers were built"),
    ],
)
def test_a_second_fit_is_a_short_road(options, others, most_modules, most_calls):
    model = cornu.Sequential([Dense(3)])
    model.compile("sgd", "mse", backend="numpy", **options)
    model.fit(X, Y, verbose=0)
    if others:
        other = cornu.Sequential([Dense(4), Dense(3)])
        other.compile("adam", "mse", backend="numpy")
        other.fit(X, Y, verbose=0)
    entered = []
    before = sys.getprofile()
    sys.setprofile(
        lambda frame, event, _: (
            entered.append(frame.f_globals.get("__name__", "")) if event == "call" else None
        )
    )
    try:
        model.fit(X, Y, verbose=0)
    finally:
        sys.setprofile(before)
    modules = {name for name in entered if name.startswith("cornu")}
    assert 20 < len(modules) <= most_modules, sorted(modules)
    assert 200 < len(entered) <= most_calls  # functions of Python, those of NumPy among them
