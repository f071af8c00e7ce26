"""Batches whose arrays have different numbers of rows, and outputs with rows of their own."""

import numpy as np
import pytest

from cornu import ops
from cornu.errors import DataError
from cornu.models import Model
from cornu_data.dataset import PyDataset


class Graphs(Model):
    """Sum the nodes of each graph, as a network of graphs does."""

    def __init__(self, dense):
        super().__init__()
        self.dense = dense

    def call(self, inputs):
        nodes, owners, graphs = inputs
        return ops.segment_sum(self.dense(nodes), owners, graphs.shape[0]) + graphs


SIZES = [(7, 2), (5, 3), (4, 1)]


def graph_batch(index):
    nodes, graphs = SIZES[index]
    draw = np.random.default_rng(index)
    owners = np.sort(np.arange(nodes) % graphs).astype("int32")
    x = draw.normal(size=(nodes, 3)).astype("float32"), owners, np.zeros((graphs, 1), "float32")
    return x, draw.normal(size=(graphs, 1)).astype("float32")


class GraphBatches(PyDataset):
    def __len__(self):
        return len(SIZES)

    def __getitem__(self, index):
        return graph_batch(index)


@pytest.fixture
def graphs(parts):
    model = Graphs(parts.Dense(1, name="dense"))
    model(graph_batch(0)[0])
    model.compile(parts.SGD(0.0), parts.mse, backend=parts.backend)
    return model


def expected(model, index):
    (nodes, owners, graphs), y = graph_batch(index)
    kernel, bias = (w.astype("float64") for w in model.get_weights())
    sums = np.zeros(graphs.shape)
    np.add.at(sums, owners, nodes @ kernel + bias)
    return sums, np.mean((sums - y) ** 2)


def test_nodes_beside_graphs_on_one_batch(graphs):
    for index in range(len(SIZES)):
        x, y = graph_batch(index)
        outputs, loss = expected(graphs, index)
        assert graphs.train_on_batch(x, y) == pytest.approx(loss, rel=1e-5)
        assert graphs.test_on_batch(x, y) == pytest.approx(loss, rel=1e-5)
        np.testing.assert_allclose(graphs.predict_on_batch(x), outputs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["generator", "Sequence"])
def test_nodes_beside_graphs_in_streams(graphs, kind):
    def batches():
        made = GraphBatches()
        return made if kind == "Sequence" else iter(made)

    outputs, losses = zip(*(expected(graphs, i) for i in range(len(SIZES))), strict=True)
    nodes = [size for size, _ in SIZES]  # a batch counts by its first input, as in Keras
    loss = np.average(losses, weights=nodes)
    history = graphs.fit(batches(), shuffle=False, verbose=0).history
    assert history["loss"] == [pytest.approx(loss, rel=1e-5)]
    assert graphs.evaluate(batches(), verbose=0) == pytest.approx(loss, rel=1e-5)
    found = graphs.predict(batches(), verbose=0)
    np.testing.assert_allclose(found, np.concatenate(outputs), rtol=1e-5, atol=1e-6)


def test_a_graph_without_edges(parts):
    class Edges(Model):
        def call(self, inputs):
            nodes, edges = inputs
            return nodes + ops.sum(edges)

    x = [np.ones((3, 1), "float32"), np.zeros((0, 2), "float32")]
    assert Edges().predict_on_batch(x).tolist() == [[1.0]] * 3


def test_a_batch_without_rows_is_still_refused(graphs):
    empty = [np.zeros((0, 3), "float32"), np.zeros(0, "int32"), np.zeros((0, 1), "float32")]
    with pytest.raises(DataError, match="The data is empty"):
        graphs.predict_on_batch(empty)


@pytest.mark.parametrize("batch_size", [2, 3, 7, 32])
@pytest.mark.parametrize("rows", ["times", "mean", "alternating"])
def test_outputs_with_rows_of_their_own(parts, rows, batch_size):
    """Time folded into the batch, one row per batch, and rows that fit by chance in one batch."""

    class Fold(Model):
        def call(self, inputs):
            if rows == "times":
                return ops.reshape(inputs, (-1, 2))
            if rows == "mean":
                return ops.mean(inputs, axis=0)
            return ops.reshape(inputs, (-1, 2))[:3]

    model = Fold()
    x = np.arange(42, dtype="float32").reshape(7, 3, 2)
    parts_of_x = [x[i : i + batch_size] for i in range(0, 7, batch_size)]
    right = np.concatenate([np.asarray(model(part)) for part in parts_of_x])
    np.testing.assert_array_equal(model.predict(x, batch_size=batch_size, verbose=0), right)
    np.testing.assert_array_equal(model.predict(x, batch_size=batch_size, verbose=0), right)
