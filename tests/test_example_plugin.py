"""A stranger's plugin: built, installed, and usable by name with no registration call."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "examples" / "plugin"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the built wheel installed; a wheel of pure Python installs by unpacking."""
    dist = tmp_path_factory.mktemp("dist")
    site = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)]
    subprocess.run(build, cwd=EXAMPLE, check=True, capture_output=True)
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def run(site, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def run_program(site, program):
    return run(site, "-c", textwrap.dedent(program))


def test_the_command_lists_it(site):
    listed = run(site, "-m", "cornu", "plugins", "--names")
    assert "cornu-example 0.1.0  (cornu_example.plugin)" in listed
    for name in ("FeatureGate", "SignSGD", "TimeBudget", "Sinusoidal"):
        assert name in listed


def test_its_parts_are_imported_beside_cornus_own(site):
    program = """
    from cornu.callbacks import TimeBudget
    from cornu.initializers import Sinusoidal
    from cornu.layers import Dense, FeatureGate
    from cornu.optimizers import SignSGD
    import cornu.layers
    print(FeatureGate.__module__, "FeatureGate" in dir(cornu.layers))
    """
    assert run_program(site, program) == "cornu_example.layers True"


def test_a_model_trains_with_its_layer_optimizer_initializer_and_callback(site):
    program = """
    import numpy as np
    import cornu
    from cornu.callbacks import TimeBudget
    from cornu.layers import Dense, FeatureGate

    cornu.set_seed(0)
    x = np.random.default_rng(0).normal(size=(256, 8)).astype("float32")
    y = 2 * x[:, :1]  # only the first feature matters
    model = cornu.Sequential([
        cornu.Input((8,)), FeatureGate(), Dense(1, kernel_initializer="sinusoidal"),
    ])
    model.compile(optimizer="sign_sgd", loss="mse")
    model.optimizer.learning_rate = 0.01
    history = model.fit(x, y, epochs=100, verbose=0)
    losses = history.history["loss"]
    assert losses[-1] < 0.05 * losses[0], losses
    gate = model.layers[0].get_weights()[0]
    assert gate.shape == (8,) and gate.argmax() == 0, gate

    stopped = model.fit(x, y, epochs=50, verbose=0, callbacks=[TimeBudget(0.0)])
    assert len(stopped.history["loss"]) == 1

    again = cornu.Sequential.from_config(model.get_config())
    assert type(again.layers[0]) is FeatureGate
    print(type(model.optimizer).__name__)
    """
    assert run_program(site, program) == "SignSGD"


def test_without_it_nothing_of_it_is_known(site):
    program = """
    try:
        from cornu.layers import FeatureGate
    except ImportError as error:
        print(error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    )
    assert "There is no layer 'FeatureGate'" in done.stdout
