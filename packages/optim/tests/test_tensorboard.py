"""TensorBoard itself reads the event files, and is asked what it has found."""

from __future__ import annotations

import io
import json
import logging
import time
import urllib.parse
import urllib.request

import numpy as np
import pytest

from cornu import Input, Sequential
from cornu.base import Layer
from cornu.base.naming import fresh_names
from cornu_optim import callbacks as c

pytest.importorskip("tensorboard", reason="event files need the package tensorboard")

EPOCHS = 3


class Words(Layer):
    """A table of vectors."""

    def build(self, input_shape):
        self.embeddings = self.add_weight(shape=(10, 4), initializer="ones", name="embeddings")

    def call(self, x):
        from cornu import ops

        return ops.mean(ops.take(self.embeddings, x, axis=0), axis=1)


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """Return the folder of a training's logs, its history and its last weights."""
    folder = tmp_path_factory.mktemp("logs")
    (folder / "names.tsv").write_text("\n".join("abcdefghij"))
    x = np.random.default_rng(0).integers(0, 10, (30, 5))
    y = x.mean(axis=1, keepdims=True).astype("float32").repeat(4, axis=1)
    with fresh_names():
        model = Sequential([Input((5,), dtype="int32"), Words(name="words")], name="net")
        model.compile("sgd", "mse", metrics=["mae"], backend="reference")
    board = c.TensorBoard(
        folder,
        histogram_freq=2,
        write_images=True,
        write_steps_per_second=True,
        update_freq=2,
        embeddings_freq=1,
        embeddings_metadata={"words": str(folder / "names.tsv")},
    )
    history = model.fit(
        x, y, epochs=EPOCHS, batch_size=8, validation_split=0.2, verbose=0, callbacks=[board]
    )
    return folder, history.history, model.get_weights()[0]


@pytest.fixture(scope="module")
def ask(logs):
    """Start TensorBoard and return what asks it over HTTP."""
    from tensorboard import program

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = program.TensorBoard()
    options = ["--port=0", "--load_fast=false", "--reload_interval=0"]  # read once
    server.configure(argv=["tensorboard", f"--logdir={logs[0]}", *options])
    url = server.launch()

    def get(path, **query):
        address = f"{url}data/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.read()

    deadline = time.monotonic() + 60
    while len(json.loads(get("plugin/scalars/tags"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    return get


def scalars(ask, run, tag):
    points = json.loads(ask("plugin/scalars/scalars", run=run, tag=tag))
    return {step: value for _, step, value in points}


def test_runs(ask):
    assert json.loads(ask("runs")) == ["train", "validation"]


@pytest.mark.parametrize("name", ["loss", "mae"])
def test_metrics_of_epochs(name, ask, logs):
    history = logs[1]
    for run, key in (("train", name), ("validation", f"val_{name}")):
        found = scalars(ask, run, f"epoch_{name}")
        assert found == pytest.approx(dict(enumerate(history[key])))
    at_updates = scalars(ask, "validation", f"evaluation_{name}_vs_iterations")
    assert at_updates == pytest.approx(
        {3 * (i + 1): v for i, v in enumerate(history[f"val_{name}"])}
    )


def test_metrics_of_batches(ask, logs):
    found = scalars(ask, "train", "batch_loss")
    assert list(found) == [2, 4, 6, 8]
    assert found[6] == pytest.approx(logs[1]["loss"][1])  # the last of an epoch is its mean
    assert min(scalars(ask, "train", "batch_steps_per_second").values()) > 0


def test_rates(ask):
    assert scalars(ask, "train", "epoch_learning_rate") == pytest.approx(
        dict.fromkeys(range(3), 0.01)
    )
    assert len(scalars(ask, "train", "epoch_steps_per_second")) == EPOCHS


def test_histograms(ask, logs):
    tag = "net/words/embeddings/histogram"
    points = json.loads(ask("plugin/histograms/histograms", run="train", tag=tag))
    assert [step for _, step, _ in points] == [0, 2]
    buckets = np.array(points[-1][2])
    counts, edges = np.histogram(logs[2].astype("float64"), 30)
    np.testing.assert_array_equal(buckets[:, 2], counts)
    np.testing.assert_allclose(buckets[:, 0], edges[:-1])


def test_images(ask, logs):
    tag = "net/words/embeddings/image"
    found = json.loads(ask("plugin/images/images", run="train", tag=tag, sample=0))
    assert [image["step"] for image in found] == [0, 2]
    query = dict(urllib.parse.parse_qsl(found[-1]["query"]))
    from PIL import Image

    picture = np.asarray(Image.open(io.BytesIO(ask("plugin/images/individualImage", **query))))
    table = logs[2].T
    expected = (table - table.min()) / np.ptp(table) * 255
    np.testing.assert_allclose(picture, expected, atol=0.51)


def test_graphs(ask):
    program = ask("plugin/graphs/graph", run="train").decode()
    for name in (
        "x",
        "net/words/gather",
        "gradients/net/words/scatter_add",
        "sgd/iteration/assign",
    ):
        assert f'name: "{name}"' in program
    assert json.loads(ask("plugin/graphs/info"))["train"]["run_graph"] is True


def test_vectors(ask, logs):
    info = json.loads(ask("plugin/projector/info", run="train"))
    assert info["embeddings"][0]["tensorShape"] == [10, 4]
    table = ask("plugin/projector/tensor", run="train", name="words")
    np.testing.assert_allclose(np.frombuffer(table, "float32").reshape(10, 4), logs[2], rtol=1e-5)
    assert ask("plugin/projector/metadata", run="train", name="words").split()[:2] == [b"a", b"b"]


def test_nothing_is_called_per_batch_without_need(tmp_path):
    assert not c.TensorBoard(tmp_path).overrides("on_train_batch_end")
    assert c.TensorBoard(tmp_path, update_freq="batch").overrides("on_train_batch_end")
    assert not list(tmp_path.iterdir())  # nothing is written before there is something to write


def test_a_run_without_validation(tmp_path, net, rows):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    net().fit(*rows, verbose=0, callbacks=[c.TensorBoard(tmp_path)])
    found = EventAccumulator(str(tmp_path / "train"))
    found.Reload()
    assert found.Tags()["graph"]
    assert not (tmp_path / "validation").exists()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"update_freq": "steps"}, ValueError, "'epoch', 'batch' or a number"),
        ({"write_grads": True}, ValueError, "TensorBoard 1"),
        ({"embeddings_data": np.zeros(2)}, ValueError, "leave it out"),
        ({"log_folder": "x"}, TypeError, "no argument 'log_folder'"),
    ],
)
def test_arguments(options, error, words, tmp_path):
    with pytest.raises(error, match=words):
        c.TensorBoard(tmp_path, **options)
    c.TensorBoard(tmp_path, batch_size=16, write_grads=False)  # Keras 2's, at their defaults


def test_unknown_layers(tmp_path, net, rows):
    board = c.TensorBoard(tmp_path, embeddings_freq=1, embeddings_metadata={"word": "names.tsv"})
    with pytest.raises(ValueError, match="names the layer 'word'"):
        net().fit(*rows, verbose=0, callbacks=[board])
