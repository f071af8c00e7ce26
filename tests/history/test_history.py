"""History, the logs of callbacks and `evaluate`, case by case as Keras 3.15 gave them."""

import json

import numpy as np
import pytest

import cornu
from tests.history.cases import RECORDED, names, run

EXPECTED = json.loads(RECORDED.read_text())


@pytest.mark.parametrize("name", names())
def test_history_is_that_of_keras(name):
    found, expected = run(cornu, name), EXPECTED[name]
    for key in ("epoch", "batches", "logs"):
        assert found[key] == expected[key]
    for key in ("history", "evaluate"):
        assert list(found[key]) == list(expected[key])  # in the same order
        for metric, values in expected[key].items():
            np.testing.assert_allclose(found[key][metric], values, rtol=1e-5, atol=2e-6)


def test_every_recorded_case_is_tried():
    assert sorted(EXPECTED) == sorted(names())
