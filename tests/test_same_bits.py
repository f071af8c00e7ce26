"""The same seed gives the same bits, in whatever process training runs."""

import hashlib
import multiprocessing
import subprocess
import sys

import pytest

import cornu


def train(seed: int = 3) -> str:
    """Train with all that is random; return a digest of weights, optimizer and predictions."""
    import numpy as np

    import cornu
    from cornu import layers, optimizers

    cornu.set_seed(seed)
    draw = np.random.default_rng(0)
    x = draw.integers(0, 20, (70, 6))
    y = draw.normal(size=(70, 1)).astype("float32")
    model = cornu.Sequential(
        [
            cornu.Input((6,), dtype="int32"),
            layers.Embedding(20, 8),
            layers.LSTM(6, dropout=0.2, recurrent_dropout=0.1),
            layers.GaussianNoise(0.1),
            layers.BatchNormalization(),
            layers.Dense(8, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(1),
        ]
    )
    model.compile(optimizers.Adam(0.01), "mse", metrics=["mae"])
    history = model.fit(x, y, epochs=2, batch_size=16, validation_split=0.2, verbose=0)
    state = [*model.get_weights(), *model.optimizer.get_weights(), model.predict(x, verbose=0)]
    digest = hashlib.sha256(b"".join(np.ascontiguousarray(w).tobytes() for w in state))
    digest.update(repr(sorted(history.history.items())).encode())
    return digest.hexdigest()


def test_in_the_same_process():
    assert train() == train() != train(4)


def test_in_a_fresh_process():
    script = f"import sys; sys.path.insert(0, {sys.path[0]!r})\n" + _source() + "\nprint(train())"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120
    )
    assert done.stdout.split() == [train()], done.stderr


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_in_a_process_however_it_is_started(method, tmp_path, monkeypatch):
    if method == "fork" and cornu.get_backend() == "opencl":
        pytest.skip("No driver of OpenCL survives a fork.")
    (tmp_path / "training_of_bits.py").write_text(_source())
    monkeypatch.syspath_prepend(tmp_path)
    from training_of_bits import train as of_file

    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.apply(of_file) == train()


def test_in_a_worker_of_joblib(tmp_path, monkeypatch):
    joblib = pytest.importorskip("joblib", reason="joblib comes with scikit-learn")
    (tmp_path / "training_of_bits.py").write_text(_source())
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    from training_of_bits import train as of_file

    # Workers of other tests do not know the file.
    joblib.externals.loky.get_reusable_executor().shutdown(wait=True)
    found = joblib.Parallel(n_jobs=2)(joblib.delayed(of_file)() for _ in range(2))
    assert found == [train()] * 2


def _source() -> str:
    import inspect

    return f"import hashlib\n\n\n{inspect.getsource(train)}"


# Products for which BLAS would start threads, in a program that starts none: rows, inputs, units.
LARGE = [(1, 4096, 1000), (5, 784, 512), (32, 784, 512), (100, 784, 512), (3, 20_000, 4)]


def predictions(rows: int, inputs: int, units: int) -> bytes:
    import numpy as np

    cornu.set_seed(0)
    model = cornu.Sequential([cornu.Input((inputs,)), cornu.layers.Dense(units)])
    x = np.random.default_rng(0).normal(size=(rows, inputs))
    return model.predict(x, batch_size=rows, verbose=0).tobytes()


@pytest.mark.parametrize("sizes", LARGE, ids=str)
def test_whatever_number_of_threads_blas_may_use(sizes):
    from threadpoolctl import threadpool_limits

    expected = predictions(*sizes)
    for count in (1, 2, 3):
        with threadpool_limits(count, user_api="blas"):
            assert predictions(*sizes) == expected


def fitted(weights: list) -> bytes:
    import numpy as np

    draw = np.random.default_rng(0)
    x, y = (draw.normal(size=(257, n)).astype("float32") for n in (100, 10))
    layers = [cornu.layers.Dense(n, activation="tanh") for n in (300, 333, 10)]
    model = cornu.Sequential([cornu.Input((100,)), *layers])
    if not weights:
        weights.extend(model.get_weights())
    model.set_weights(weights)
    model.compile("adam", "mse")
    model.fit(x, y, epochs=2, batch_size=100, shuffle=False, verbose=0)
    whole = model.predict(x, batch_size=257, verbose=0)
    return b"".join(w.tobytes() for w in (*model.get_weights(), whole))


def test_in_any_thread_and_in_several_at_once():
    from concurrent.futures import ThreadPoolExecutor

    weights: list = []
    expected = fitted(weights)
    for count in (1, 4):
        with ThreadPoolExecutor(count) as threads:
            assert list(threads.map(fitted, [weights] * count)) == [expected] * count


def trained() -> bytes:
    """Train with products that BLAS would cut, and those that regions share; return the weights."""
    import numpy as np

    draw = np.random.default_rng(0)
    x, y = draw.normal(size=(256, 784)).astype("float32"), draw.integers(0, 10, 256)
    dense = cornu.layers.Dense
    model = cornu.Sequential([cornu.Input((784,)), dense(512, activation="relu"), dense(10)])
    for weight in model.weights:
        weight.assign(np.random.default_rng(weight.size).normal(size=weight.shape) / 20)
    model.compile("adam", cornu.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(x, y, batch_size=128, epochs=1, shuffle=False, verbose=0)
    return b"".join(w.tobytes() for w in model.get_weights())


@pytest.mark.parametrize("threads", ["1", "2", "3"])
def test_whichever_thread_trains(threads, monkeypatch):
    from concurrent.futures import ThreadPoolExecutor

    monkeypatch.setenv("CORNU_NUM_THREADS", threads)
    expected = trained()
    for at_once in (1, 3):
        with ThreadPoolExecutor(at_once) as pool:
            found = list(pool.map(lambda _: trained(), range(at_once)))
        assert found == [expected] * at_once
