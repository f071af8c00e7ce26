"""Files of earlier releases: `golden/cornu-<version>/`, written by `golden/make.py`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cornu.models import load_model

RELEASES = sorted((Path(__file__).parent / "golden").glob("cornu-*"))


def test_there_is_a_release():
    assert RELEASES


@pytest.mark.parametrize("folder", RELEASES, ids=lambda folder: folder.name)
@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_a_model_of_a_release(folder, name):
    values = np.load(folder / "values.npz")
    model = load_model(folder / name)
    np.testing.assert_allclose(
        model.predict(values["x"], verbose=0), values["before"], rtol=1e-5, atol=1e-6
    )
    model.fit(values["x"], values["t"], epochs=2, batch_size=8, shuffle=False, verbose=0)
    found = model.predict(values["x"], verbose=0)
    np.testing.assert_allclose(found, values["after"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("folder", RELEASES, ids=lambda folder: folder.name)
@pytest.mark.parametrize("name", ["w.weights.h5", "w.h5"])
def test_weights_of_a_release(folder, name):
    values = np.load(folder / "values.npz")
    model = load_model(folder / "model.keras", compile=False)
    model.set_weights([w * 0 for w in model.get_weights()])
    model.load_weights(folder / name)
    np.testing.assert_allclose(
        model.predict(values["x"], verbose=0), values["before"], rtol=1e-5, atol=1e-6
    )
