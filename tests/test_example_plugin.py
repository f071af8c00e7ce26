"""A stranger's plugin: built, installed, and as good as ours with no registration call."""

from __future__ import annotations

import site
import subprocess
import sys
import textwrap
import venv
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "examples" / "plugin"


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of a fresh environment: what is installed here, and the built plugin."""
    dist, fresh = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("fresh")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)]
    subprocess.run(build, cwd=EXAMPLE, check=True, capture_output=True)
    (wheel,) = dist.glob("*.whl")
    venv.create(fresh, with_pip=True)
    python = fresh / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    offline = ["--no-index", "--no-deps", "--disable-pip-version-check"]
    subprocess.run([python, "-m", "pip", "install", "-q", *offline, wheel], check=True)
    asked = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    folder = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    here = "; ".join(f"site.addsitedir({path!r})" for path in site.getsitepackages())
    Path(folder, "here.pth").write_text(f"import site; {here}\n")
    return python


def run(python, *arguments):
    done = subprocess.run(
        [python, "-W", "error::UserWarning", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def run_program(python, program):
    return run(python, "-c", textwrap.dedent(program))


def test_the_command_lists_it(python):
    listed = run(python, "-m", "cornu", "plugins", "--names")
    assert "cornu-example 0.1.0  (cornu_example.plugin)" in listed
    for name in (
        "FeatureGate",
        "Prototypes",
        "SignSGD",
        "Signum",
        "SparseFocalCrossentropy",
        "TimeBudget",
        "Sinusoidal",
        "timed",
    ):
        assert name in listed


def test_its_parts_are_imported_beside_cornus_own(python):
    program = """
    from cornu.callbacks import TimeBudget
    from cornu.initializers import Sinusoidal
    from cornu.layers import Dense, FeatureGate
    from cornu.optimizers import SignSGD
    import cornu.layers
    print(FeatureGate.__module__, "FeatureGate" in dir(cornu.layers))
    """
    assert run_program(python, program) == "cornu_example.layers True"


def test_a_model_trains_with_its_layer_optimizer_initializer_and_callback(python):
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
    assert run_program(python, program) == "SignSGD"


def test_its_layer_and_its_optimizer_load_from_files_of_keras_2(python, tmp_path):
    """A file as Keras 2.3.1 would write it: points as columns, means after the count of steps."""
    program = """
    import json, sys
    import h5py
    import numpy as np
    from cornu.models import load_model

    def listed(group, arrays):
        group.attrs["weight_names"] = [name.encode() for name in arrays]
        for name, array in arrays.items():
            group[name] = array

    points = np.arange(6.0, dtype="float32").reshape(2, 3)
    means = np.arange(6.0, 12.0, dtype="float32").reshape(3, 2)
    layer = {"name": "p", "units": 3, "batch_input_shape": [None, 2]}
    layers = [{"class_name": "Prototypes", "config": layer}]
    optimizer = {"class_name": "Signum", "config": {"learning_rate": 0.5, "beta": 0.75}}
    texts = {
        "keras_version": "2.3.1",
        "backend": "tensorflow",
        "model_config": {"class_name": "Sequential", "config": {"name": "m", "layers": layers}},
        "training_config": {"optimizer_config": optimizer, "loss": "mse", "metrics": []},
    }
    with h5py.File(sys.argv[1], "w") as file:
        for name, text in texts.items():
            file.attrs[name] = (text if isinstance(text, str) else json.dumps(text)).encode()
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = [b"p"]
        listed(weights.create_group("p"), {"p/points:0": points})
        steps = {"Signum/iterations:0": np.int64(7), "Signum/momentum_0:0": means}
        listed(file.create_group("optimizer_weights"), steps)

    model = load_model(sys.argv[1])
    np.testing.assert_array_equal(model.get_weights()[0], points.T)
    assert int(model.optimizer.iterations.numpy()) == 7
    (weight,) = model.trainable_variables
    np.testing.assert_array_equal(model.optimizer.slot("momentum", weight), means)
    model.save(sys.argv[1] + ".again.h5")
    again = load_model(sys.argv[1] + ".again.h5")
    np.testing.assert_array_equal(again.optimizer.slot("momentum", again.weights[0]), means)
    print(type(model.layers[0]).__module__, type(model.optimizer).__module__, again.optimizer.beta)
    """
    written = run(python, "-c", textwrap.dedent(program), str(tmp_path / "m.h5"))
    assert written == "cornu_example.layers cornu_example.optimizers 0.75"


def test_its_loss_has_its_targets_checked(python):
    program = """
    import numpy as np
    import cornu
    from cornu.layers import Dense

    x = np.zeros((4, 3), "float32")
    targets = {
        "fits": np.array([0, 1, 1, 0]),
        "too large": np.array([0, 1, 2, 0]),
        "one-hot": np.eye(2)[[0, 1, 1, 0]],
    }
    for loss in ("sparse_focal_crossentropy", cornu.losses.SparseFocalCrossentropy(gamma=1.0)):
        for name, y in targets.items():
            model = cornu.Sequential([cornu.Input((3,)), Dense(2, "softmax", name="out")])
            model.compile("sgd", loss)
            try:
                model.fit(x, y, verbose=0)
            except cornu.errors.DataError as error:
                print(name, "|", error)
            else:
                print(name)
    """
    lines = run_program(python, program).splitlines()
    assert lines[:3] == lines[3:]
    fits, too_large, one_hot = lines[:3]
    assert fits == "fits"
    assert "y holds class 2 (at y[2])" in too_large
    assert "sparse_focal_crossentropy takes the classes 0 to 1" in too_large
    assert "use loss='categorical_focal_crossentropy', or pass y.argmax(axis=-1)" in one_hot


def test_its_loss_is_what_the_paper_says(python):
    """(1 - p) ** gamma * -log(p), in float64 NumPy; and a saved model knows gamma."""
    program = """
    import numpy as np
    import cornu

    p = np.random.default_rng(0).dirichlet(np.ones(5), size=7)
    y = np.arange(7) % 5
    right = p[np.arange(7), y]
    for gamma in (0.0, 1.5, 2.0):
        loss = cornu.losses.SparseFocalCrossentropy(gamma=gamma)
        expected = np.mean((1 - right) ** gamma * -np.log(right))
        np.testing.assert_allclose(float(loss(y, p)), expected, rtol=1e-5)
        again = cornu.losses.deserialize(cornu.losses.serialize(loss))
        assert (type(again), again.gamma) == (type(loss), gamma)
    """
    assert run_program(python, program) == ""


def test_its_operation_has_a_derivative_and_a_cost(python):
    program = """
    import numpy as np
    import cornu
    from cornu.testing import check_grads
    from cornu_example.operations import squared_distances
    from scipy.spatial.distance import cdist

    draw = np.random.default_rng(0).normal
    a, b = draw(size=(6, 4)), draw(size=(5, 4))
    np.testing.assert_allclose(squared_distances(a, b), cdist(a, b) ** 2)
    check_grads(squared_distances, [a, b], order=2)

    model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Prototypes(5)])
    model.compile("sgd", "mse", backend="reference")
    model.predict(a, verbose=0)
    print(model.program("predict").program.plan(lowers=["squared_distances"]))
    """
    listing = run_program(python, program)
    (line,) = [line for line in listing.splitlines() if "  squared_distances " in line]
    assert line.split()[-2:] == [str(3 * 6 * 5 * 4), "sequential/prototypes"]  # FLOP, from


def test_its_backend_conforms_and_trains_its_own_layers(python):
    program = """
    import numpy as np
    import cornu
    from cornu.testing import BackendSuite
    from cornu_engine.backends import resolve

    suite = BackendSuite()
    suite.backend = resolve("timed")
    for name in dir(suite):
        if name.startswith("test_"):
            getattr(suite, name)()

    x = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
    y = (x[:, 0] > 0).astype(int)
    losses = {}
    for backend in ("numpy", "timed"):
        cornu.set_seed(0)
        model = cornu.Sequential([
            cornu.Input((2,)), cornu.layers.Prototypes(2), cornu.layers.Softmax(),
        ])
        model.compile("sgd", "sparse_focal_crossentropy", backend=backend)
        losses[backend] = model.fit(x, y, epochs=3, verbose=0).history["loss"]
    np.testing.assert_allclose(losses["timed"], losses["numpy"], rtol=1e-4)
    print("matmul" in model.program("train").executable.seconds)
    """
    assert run_program(python, program) == "True"


def test_its_backend_is_found_by_the_engine_alone(python):
    program = """
    import sys
    from cornu_engine.backends import resolve

    backend = resolve("timed")
    print(backend.name, [name for name in sys.modules if name.partition(".")[0] == "cornu"])
    """
    assert run_program(python, program) == "timed []"


def test_without_it_nothing_of_it_is_known(python):
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
