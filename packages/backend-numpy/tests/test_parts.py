"""Work that is cut into parts, each a function that is given the names it uses."""

from __future__ import annotations

import numpy as np

from cornu_backend_numpy.emit.names import Names
from cornu_backend_numpy.emit.parts import in_parts


def test_names_longer_than_a_line_stay_whole():
    name = "normalization_of_the_first_stage_to_normalization_of_the_last_one_2"
    body = [f"np.add({name}, 1.0, out={name})"] * 1000
    definitions, calls = in_parts(body, [f"    {name} = at(memory, 0)"], Names())
    names = {"np": np, name: np.zeros(3)}
    exec("\n".join(["if True:", *definitions, *(f"    {call}" for call in calls)]), names)
    assert len(calls) > 1
    np.testing.assert_array_equal(names[name], np.full(3, 1000.0))
