"""Exported models compute what the model computes, for any size of their free axes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

import cornu
from cornu import Input, Model, Sequential, ops, tree
from cornu import layers as L
from cornu.errors import BadFileError, DataError, NotBuiltError, SavingError, ShapeError
from cornu_engine.primitives.table import p

WORDS = 30


def _attention(causal: bool) -> Callable[[], Model]:
    def model() -> Model:
        x = Input((None, 8), name="x")
        found = L.MultiHeadAttention(2, 4)(x, x, use_causal_mask=causal)
        return Model(x, L.LayerNormalization()(found + x))

    return model


def _several() -> Model:
    a, b = Input((3,), name="a"), Input((3,), name="b")
    mixed = L.Concatenate()([L.Dense(4)(a), L.Multiply()([a, b])])
    return Model({"a": a, "b": b}, {"mixed": L.Dense(2)(mixed), "sum": a + b})


class _Subclassed(Model):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = L.Dense(4), L.Dense(2)

    def call(self, inputs: Any, training: bool = False) -> Any:
        hidden = self.first(inputs)
        for _ in range(2):
            hidden = hidden + ops.tanh(hidden)
        return self.second(hidden), ops.mean(hidden, axis=-1)


# model, shapes of a sample of each input; ints for words
MODELS: dict[str, tuple[Callable[[], Model], list[tuple[int, ...]]]] = {
    "mlp": (
        lambda: Sequential(
            [
                Input((6,)),
                L.Dense(8, activation="gelu"),
                L.BatchNormalization(),
                L.Dropout(0.5),
                L.Dense(3, activation="softmax"),
            ]
        ),
        [(6,)],
    ),
    "cnn": (
        lambda: Sequential(
            [
                Input((12, 12, 3)),
                L.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
                L.DepthwiseConv2D(3, padding="same"),
                L.MaxPooling2D(),
                L.Conv2DTranspose(4, 3, strides=2),
                L.AveragePooling2D(2, padding="same"),
                L.GroupNormalization(2),
                L.Flatten(),
                L.Dense(2),
            ]
        ),
        [(12, 12, 3)],
    ),
    "any image": (
        lambda: Sequential(
            [Input((None, None, 2)), L.Conv2D(4, 3, padding="same"), L.GlobalAveragePooling2D()]
        ),
        [(7, 5, 2)],
    ),
    "text": (
        lambda: Sequential(
            [
                Input((None,), dtype="int32"),
                L.Embedding(WORDS, 8, mask_zero=True),
                L.Bidirectional(L.LSTM(6, return_sequences=True)),
                L.GRU(5, go_backwards=True),
                L.Dense(1, activation="sigmoid"),
            ]
        ),
        [(9,)],
    ),
    "sequence": (
        lambda: Sequential(
            [
                Input((None, 4)),
                L.Conv1D(6, 3, padding="causal"),
                L.TimeDistributed(L.Dense(3, activation="swish")),
                L.SimpleRNN(4, return_sequences=True),
                L.GlobalMaxPooling1D(),
            ]
        ),
        [(9, 4)],
    ),
    "attention": (_attention(False), [(5, 8)]),
    "causal attention": (_attention(True), [(5, 8)]),
    "several inputs and outputs": (_several, [(3,), (3,)]),
    "subclassed": (_Subclassed, [(5,)]),
}


@pytest.fixture(params=MODELS)
def made(request: pytest.FixtureRequest) -> tuple[Model, list[np.ndarray], list[np.ndarray]]:
    """A model, a batch, and what the model makes of it."""
    cornu.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    make, shapes = MODELS[request.param]
    model = make()
    words = request.param == "text"
    batch = [
        random.integers(0, WORDS, (6, *s)).astype("int32")
        if words
        else random.normal(size=(6, *s)).astype("float32")
        for s in shapes
    ]
    outputs = model.predict(batch[0] if len(batch) == 1 else dict(zip("ab", batch, strict=True)))
    return model, batch, tree.flatten(outputs)


@pytest.mark.parametrize("rows", [1, 4, 6])
def test_a_served_model_computes_the_same(made: Any, rows: int, tmp_path: Path) -> None:
    model, batch, expected = made
    model.export(tmp_path / "model.cornu")
    served = cornu.saved_model.load(tmp_path / "model.cornu")
    outputs = tree.flatten(served.serve(*(x[:rows] for x in batch)))
    for ours, theirs in zip(outputs, expected, strict=True):
        np.testing.assert_allclose(ours, theirs[:rows], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("rows", [1, 4, 6])
def test_onnxruntime_computes_the_same(made: Any, rows: int, tmp_path: Path) -> None:
    model, batch, expected = made
    path = tmp_path / "model.onnx"
    model.export(path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [node.name for node in session.get_inputs()]
    outputs = session.run(None, {n: x[:rows] for n, x in zip(names, batch, strict=True)})
    for ours, theirs in zip(outputs, expected, strict=True):
        np.testing.assert_allclose(ours, theirs[:rows], rtol=1e-5, atol=1e-5)


def test_free_axes_beside_the_batch_take_any_size(tmp_path: Path) -> None:
    make, _ = MODELS["text"]
    model = make()
    model.export(tmp_path / "m")
    served = cornu.saved_model.load(tmp_path / "m")
    for steps in (1, 4, 33):
        words = np.random.default_rng(0).integers(0, WORDS, (3, steps)).astype("int32")
        expected = model.predict(words, verbose=0)
        np.testing.assert_allclose(served.serve(words), expected, rtol=1e-5)


def test_a_later_axis_may_be_free_where_the_batch_is_not(tmp_path: Path) -> None:
    model = Sequential([Input(batch_shape=(2, None, 4)), L.Dense(3)])
    model.export(tmp_path / "m")
    served = cornu.saved_model.load(tmp_path / "m")
    for steps in (1, 5):
        x = np.random.default_rng(0).normal(size=(2, steps, 4)).astype("float32")
        np.testing.assert_allclose(served.serve(x), model(x), rtol=1e-5)


class _Sums(L.Layer):
    """Sums over sliding windows of three, two steps apart."""

    def call(self, inputs: Any) -> Any:
        windows = p.windows(inputs, axes=(1,), size=(3,), strides=(2,), dilation=(2,))
        return ops.sum(ops.sum(windows, axis=-1), axis=1)


@pytest.mark.parametrize("steps", [9, 12, 30])
def test_windows_of_onnx_fit_any_size(steps: int, tmp_path: Path) -> None:
    model = Sequential([Input((None, 4)), _Sums()])
    model.export(tmp_path / "m.onnx")
    x = np.random.default_rng(0).normal(size=(3, steps, 4)).astype("float32")
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx", providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {session.get_inputs()[0].name: x})
    np.testing.assert_allclose(found, model(x), rtol=1e-5, atol=1e-5)


def test_the_source_of_the_model_is_not_needed(tmp_path: Path) -> None:
    model = _Subclassed()
    x = np.ones((2, 5), "float32")
    expected, _ = model(x)
    model.export(tmp_path / "m")
    script = (
        "import sys, numpy as np, cornu\n"
        f"served = cornu.saved_model.load({str(tmp_path / 'm')!r})\n"
        "assert 'cornu_layers' not in sys.modules\n"
        "print(served.serve(np.ones((2, 5), 'float32'))[0].tolist())\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    np.testing.assert_allclose(json.loads(found.stdout), expected, rtol=1e-6)


def test_every_backend_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = MODELS["cnn"][0]()
    x = np.random.default_rng(0).normal(size=(2, 12, 12, 3)).astype("float32")
    model.export(tmp_path / "m")
    served = cornu.saved_model.load(tmp_path / "m")
    expected = served.serve(x)
    monkeypatch.setenv("CORNU_BACKEND", "reference")
    np.testing.assert_allclose(served.serve(x), expected, rtol=1e-4, atol=1e-6)


def test_a_trained_model_is_exported_without_its_optimizer(tmp_path: Path) -> None:
    model = MODELS["mlp"][0]()
    model.compile("adam", "mse")
    random = np.random.default_rng(0)
    model.fit(random.normal(size=(32, 6)), random.normal(size=(32, 3)), verbose=0)
    model.export(tmp_path / "m")
    paths = [v.path for v in cornu.saved_model.load(tmp_path / "m").variables]
    assert not any("adam" in path for path in paths)


def test_state_goes_on_between_calls(tmp_path: Path) -> None:
    model = Sequential([Input(batch_shape=(2, 3, 4)), L.LSTM(3, stateful=True)])
    x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    model.export(tmp_path / "m")
    served = cornu.saved_model.load(tmp_path / "m")
    for _ in range(3):
        np.testing.assert_allclose(
            served.serve(x), model.predict(x, batch_size=2, verbose=0), rtol=1e-5
        )
    with pytest.raises(SavingError, match="changes its own state"):
        model.export(tmp_path / "m.onnx")


def test_outputs_and_inputs_have_names(tmp_path: Path) -> None:
    _several().export(tmp_path / "m")
    served = cornu.saved_model.load(tmp_path / "m")
    x = np.ones((2, 3), "float32")
    assert set(served.signatures["serving_default"](a=x, b=x)) == {"mixed", "sum"}
    assert served.predict({"a": np.ones((70, 3)), "b": np.ones((70, 3))})["sum"].shape == (70, 3)
    with pytest.raises(DataError, match=r"\['b'\] missing"):
        served.serve(x)
    with pytest.raises(DataError, match=r"no input 'aa'.*Did you mean 'a'"):
        served.serve(aa=x)
    with pytest.raises(ShapeError, match="different lengths"):
        served.serve(x, np.ones((3, 3)))
    with pytest.raises(ShapeError, match=r"pass x\[None\]"):
        served.serve(x[0], x[0])


def test_an_output_keeps_its_name_whatever_the_order_of_keys(tmp_path: Path) -> None:
    x = Input((3,))
    model = Model(x, {"z": L.Dense(2)(x), "b": L.Dense(4)(x), "in": {"y": x * 2, "c": [x]}})
    given = np.ones((2, 3), "float32")
    whole = model.predict(given, verbose=0)
    wanted = {"z": whole["z"], "b": whole["b"], "in_y": whole["in"]["y"], "in_c_0": given}
    model.export(tmp_path / "m.cornu")
    model.export(tmp_path / "m.onnx")
    model.export(tmp_path / "m.c", batch=2)
    served = cornu.saved_model.load(tmp_path / "m.cornu").signatures["serving_default"](given)
    session = onnxruntime.InferenceSession(
        str(tmp_path / "m.onnx"), providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    ran = dict(zip(names, session.run(None, {session.get_inputs()[0].name: given}), strict=True))
    for found in (served, ran):
        assert found.keys() == wanted.keys()
        for name, value in wanted.items():
            np.testing.assert_allclose(found[name], value, rtol=1e-5)
    text = (tmp_path / "m.c").read_text()
    assert "2 x 2  'z'" in text
    assert "2 x 4  'b'" in text


@pytest.mark.parametrize(
    ("name", "other"), [("v1", "v2"), ("x", "x"), ("x_output", "x"), ("é", "v3")]
)
def test_names_of_ends_are_nobody_elses(name: str, other: str, tmp_path: Path) -> None:
    x = Input((3,), name=name)
    model = Model(x, {other: L.Dense(2)(x), "beside": x + 1})
    model.export(tmp_path / "m.onnx")
    given = np.ones((2, 3), "float32")
    session = onnxruntime.InferenceSession(
        str(tmp_path / "m.onnx"), providers=["CPUExecutionProvider"]
    )
    beside, found = session.run(None, {name: given})
    wanted = model.predict(given, verbose=0)
    np.testing.assert_allclose(found, wanted[other], rtol=1e-5)
    np.testing.assert_allclose(beside, wanted["beside"])


@pytest.mark.parametrize("what", ["model", "input", "output", "variable"])
def test_a_name_that_no_reader_takes_is_not_written(what: str, tmp_path: Path) -> None:
    given, output, layer, name = (
        "a\nb" if what == one else f"a {one}" for one in ("input", "output", "variable", "model")
    )
    x = Input((3,), name=given)
    model = Model(x, {output: L.Dense(2, name=layer)(x)}, name=name)
    with pytest.raises(SavingError, match=rf"could not be read again.*no name of an? {what}"):
        model.export(tmp_path / "m.cornu")
    assert not (tmp_path / "m.cornu").exists()


def test_half_a_character_is_no_name_in_onnx(tmp_path: Path) -> None:
    x = Input((3,))
    with pytest.raises(SavingError, match=r"U\+D800.*other names"):
        Model(x, {"a\ud800": x + 1}).export(tmp_path / "m.onnx")


def test_what_cannot_be_exported_is_explained(tmp_path: Path) -> None:
    with pytest.raises(NotBuiltError, match="input_signature="):
        _Subclassed().export(tmp_path / "m")
    rounding = Sequential([Input((None, 3)), L.Conv1D(2, 3, strides=2, padding="same")])
    with pytest.raises(SavingError, match="rounds the size of a free axis"):
        rounding.export(tmp_path / "m")
    model = MODELS["mlp"][0]()
    with pytest.raises(ValueError, match="needs TensorFlow"):
        model.export(tmp_path / "m", format="tf_saved_model")
    with pytest.raises(ValueError, match="Did you mean 'onnx'"):
        model.export(tmp_path / "m", format="onxn")
    assert not list(tmp_path.iterdir())


def test_a_file_of_another_kind_is_sent_to_its_reader(tmp_path: Path) -> None:
    model = MODELS["mlp"][0]()
    model.export(tmp_path / "m.cornu")
    model.save(tmp_path / "m.keras")
    for read, name, words in (
        (cornu.models.load_model, "m.cornu", "open it with cornu.saved_model.load"),
        (model.load_weights, "m.cornu", "which no model file has"),
        (cornu.saved_model.load, "m.keras", "open it with cornu.models.load_model"),
    ):
        with pytest.raises(BadFileError, match=words):
            read(tmp_path / name)


def test_one_model_is_one_file_byte_for_byte(tmp_path: Path) -> None:
    model = MODELS["mlp"][0]()
    for name in "ab":
        model.export(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_numbers_are_members_that_numpy_reads(tmp_path: Path) -> None:
    model = MODELS["mlp"][0]()
    model.export(tmp_path / "m")
    with np.load(tmp_path / "m", allow_pickle=False) as file:
        found = {n: file[n] for n in file.files if n.startswith("variables/")}
    served = cornu.saved_model.load(tmp_path / "m")
    assert len(found) == len(served.variables)
    for i, variable in enumerate(served.variables):
        np.testing.assert_array_equal(found[f"variables/{i}"], variable.numpy())


# Archives


def _archive(model: Any) -> cornu.export.ExportArchive:
    archive = cornu.export.ExportArchive(name="net")
    spec = cornu.InputSpec(shape=(None, 6), dtype="float32")
    archive.track(model)
    assert archive.variables == model.variables
    archive.add_endpoint("serve", lambda x: model(x, training=False), [spec])
    archive.add_endpoint("both", lambda x, y: {"sum": model(x) + model(y), "x": x}, [spec, spec])
    archive.track_and_add_endpoint("again", model)
    archive.add_variable_collection("kernels", [w for w in model.weights if "kernel" in w.path])
    return archive


def test_an_archive_of_several_endpoints(tmp_path: Path, capsys: Any) -> None:
    model = MODELS["mlp"][0]()
    _archive(model).write_out(tmp_path / "net.cornu")
    assert "serve, both, again" in capsys.readouterr().out
    served = cornu.saved_model.load(tmp_path / "net.cornu")
    x, y = np.random.default_rng(0).normal(size=(2, 5, 6)).astype("float32")
    expected = [model.predict(each, verbose=0) for each in (x, y)]
    np.testing.assert_allclose(served.serve(x), expected[0], rtol=1e-6)
    np.testing.assert_allclose(served.again(x), expected[0], rtol=1e-6)
    found = served.both(x, y)
    np.testing.assert_allclose(found["sum"], sum(expected), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(found["x"], x)
    assert set(served.signatures) == {"serve", "both", "again"} <= set(dir(served))
    assert [v.shape for v in served.kernels] == [w.shape for w in model.weights if w.ndim == 2]
    for kind in ("variables", "trainable_variables", "non_trainable_variables"):
        here, there = getattr(served, kind), getattr(model, kind)
        assert sorted(v.path for v in here) == sorted(v.path for v in there)
    with pytest.raises(AttributeError, match=r"no endpoint 'serv'\. Did you mean 'serve'"):
        _ = served.serv
    served.kernels[0].assign(np.zeros_like(served.kernels[0].numpy()))  # the endpoints share it
    assert not np.allclose(served.serve(x), expected[0])


def test_an_archive_of_one_endpoint_keeps_what_is_tracked(tmp_path: Path) -> None:
    model = MODELS["mlp"][0]()
    archive = cornu.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serve", lambda x: x * 2.0, [cornu.Input((3,), name="x")])
    archive.write_out(tmp_path / "m", verbose=False)
    served = cornu.saved_model.load(tmp_path / "m")
    assert len(served.variables) == len(model.variables)
    np.testing.assert_array_equal(served.serve(np.ones((2, 3))), np.full((2, 3), 2.0))
