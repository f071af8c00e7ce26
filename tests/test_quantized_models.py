"""Quantized models: as good as before, and the same wherever they run."""

from __future__ import annotations

import re
import runpy
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest

import cornu
from cornu import Input, Model, Sequential
from cornu import layers as L
from tests.exported_c import CLANG, GCC, GCC_FAST, Call, run

EXAMPLES = Path(__file__).parents[1] / "examples"
BATCH = 6


def _random(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def _indices(*shape):
    return np.random.default_rng(0).integers(0, 30, shape).astype("int32")


def _long_sums():
    return Sequential([Input((1500,)), L.Dense(37, activation="relu"), L.Dense(5)]), _random(
        6, 1500
    )


def _images():
    stack = [
        Input((9, 8, 3)),
        L.Conv2D(16, 3, padding="same", strides=2, activation="relu"),
        L.Conv2D(8, 3, groups=2, activation="relu"),
        L.Conv2D(6, (1, 2)),
        L.Flatten(),
        L.Dense(5, activation="softmax"),
    ]
    return Sequential(stack), _random(BATCH, 9, 8, 3)


def _mobile():
    stack = [
        Input((9, 8, 3)),
        L.Conv2D(8, 3, strides=2, padding="same", use_bias=False),
        L.BatchNormalization(),
        L.ReLU(6.0),
        L.DepthwiseConv2D(3, padding="same", depth_multiplier=2, activation="relu"),
        L.DepthwiseConv2D(3, padding="same", activation="relu"),
        L.Conv2D(12, 1),
        L.SeparableConv2D(20, 3, padding="same", activation="relu"),
        L.Conv2DTranspose(4, 3, strides=2),
        L.GlobalAveragePooling2D(),
        L.Dense(5, activation="softmax"),
    ]
    return Sequential(stack), _random(BATCH, 9, 8, 3)


def _steps():
    stack = [Input((10, 4)), L.Conv1D(8, 3, padding="causal"), L.Dense(6), L.GRU(3), L.Dense(2)]
    return Sequential(stack), _random(BATCH, 10, 4)


def _text():
    stack = [
        Input((6,), dtype="int32"),
        L.Embedding(30, 8),
        L.EinsumDense("abc,cde->abde", (6, 2, 20), bias_axes="de"),
        L.EinsumDense("abde,def->abf", (6, 5)),
        L.Flatten(),
        L.Dense(5),
    ]
    return Sequential(stack), _indices(BATCH, 6)


def _attention():
    x = Input((5, 8))
    y = L.MultiHeadAttention(2, 4)(x, x)
    y = L.LayerNormalization()(L.Add()([x, y]))
    return Model(x, L.Dense(3)(y)), _random(BATCH, 5, 8)


def _wrapped():
    x = Input((5, 6, 3))
    inner = Sequential([Input((6, 3)), L.Flatten(), L.Dense(20, activation="relu")])
    y = L.TimeDistributed(inner)(x)
    y = L.TimeDistributed(L.Dense(4))(y)
    return Model(x, y), _random(BATCH, 5, 6, 3)


MODELS = {
    "long sums": _long_sums,
    "images": _images,
    "mobile": _mobile,
    "steps": _steps,
    "text": _text,
    "attention": _attention,
    "wrapped": _wrapped,
}
WAYS = ("from batch to batch", "calibrated")


@pytest.fixture(scope="module")
def quantized():
    """Each model, both ways, with a batch and what `predict` makes of it."""
    found = {}
    for name, make in MODELS.items():
        for way in WAYS:
            cornu.utils.set_random_seed(0)
            model, x = make()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model.quantize("int8", calibration_data=x if way == "calibrated" else None)
            found[f"{name}, {way}"] = model, x, model.predict(x, verbose=0)
    return found


CASES = [f"{name}, {way}" for name in MODELS for way in WAYS]
#: A value may lie on the border between two whole numbers, and rounding decide.
NEAR = {"rtol": 1e-4, "atol": 1e-5}


@pytest.mark.parametrize("case", CASES)
def test_files_and_formats(quantized, case, tmp_path):
    model, x, expected = quantized[case]
    model.save(tmp_path / "m.keras")
    again = cornu.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again.predict(x, verbose=0), expected, **NEAR)
    assert [w.dtype for w in again.weights] == [w.dtype for w in model.weights]
    model.export(tmp_path / "m.cornu")
    served = cornu.saved_model.load(tmp_path / "m.cornu")
    np.testing.assert_allclose(served.serve(x), expected, **NEAR)
    model.export(tmp_path / "model.py")
    predict = runpy.run_path(str(tmp_path / "model.py"))["predict"]
    np.testing.assert_allclose(predict(x), expected, **NEAR)


@pytest.mark.parametrize("case", CASES)
def test_onnx(quantized, case, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    import onnx

    model, x, expected = quantized[case]
    path = str(tmp_path / "m.onnx")
    model.export(path)
    kinds = {node.op_type for node in onnx.load(path).graph.node}
    assert kinds & {"MatMulInteger", "ConvInteger"}
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {session.get_inputs()[0].name: x})
    np.testing.assert_allclose(found, expected, **NEAR)


@pytest.mark.parametrize("backend", ["reference", "numpy", "native", "opencl"])
def test_backends(quantized, backend, tmp_path):
    try:
        cornu.set_backend(backend)
    except cornu.errors.BackendError as error:
        pytest.skip(f"{backend} cannot run on this machine: {error}")
    try:
        for i, (case, (model, x, expected)) in enumerate(quantized.items()):
            model.save(tmp_path / f"{i}.keras")
            twin = cornu.models.load_model(tmp_path / f"{i}.keras")
            found = twin.predict(x, verbose=0)
            np.testing.assert_allclose(found, expected, **NEAR, err_msg=case)
    finally:
        cornu.set_backend(None)


@pytest.mark.parametrize("compiler", [GCC, GCC_FAST, CLANG], ids=["gcc", "gcc -O3", "clang"])
def test_c(quantized, compiler, tmp_path):
    if compiler[0] == "gcc" and shutil.which("gcc") is None:
        pytest.skip("There is no gcc on this machine; clang comes with ziglang.")
    calls = {}
    for i, (case, (model, x, expected)) in enumerate(quantized.items()):
        model.export(tmp_path / f"m{i}.c", batch=len(x))
        calls[case] = Call(f"m{i}", "predict", [x], [expected])
    run(tmp_path, list(calls.values()), compiler)
    for case, call in calls.items():
        assert call.code == 0, case
        np.testing.assert_allclose(call.found[0], call.outputs[0], **NEAR, err_msg=case)


def test_c_holds_the_weights_as_bytes_and_multiplies_them(quantized, tmp_path):
    model, _, _ = quantized["long sums, calibrated"]
    model.export(tmp_path / "m.c")
    text = (tmp_path / "m.c").read_text()
    assert "static const int8_t m_w0_i8[55500]" in text
    assert "m_int8_dot_i32(" in text
    assert "multiply_f32" not in text
    flash = int(text.partition("Flash: ")[2].partition(" bytes")[0])
    assert flash < 1.02 * 37 * (1500 + 5) + 400


def test_c_multiplies_whole_numbers_channel_by_channel(quantized, tmp_path):
    model, _, _ = quantized["mobile, calibrated"]
    model.export(tmp_path / "m.c")
    text = (tmp_path / "m.c").read_text()
    loops = [line for line in text.splitlines() if "+=" in line and "_i8[" in line]
    assert len(loops) == 2  # one has two kernels a channel: a convolution in groups
    assert all(line.split("[")[0].strip().endswith("_i32") for line in loops)


def _floats(text):
    """How many numbers of `float` a file in C holds."""
    return sum(map(int, re.findall(r"static const float \w+\[(\d+)\]", text)))


def test_kernels_alone_as_bytes_take_as_little_flash(tmp_path):
    model, x = _mobile()
    model.export(tmp_path / "f.c")
    config = cornu.quantizers.Int8QuantizationConfig(activation_quantizer=None)
    model.quantize("int8", config=config, calibration_data=x)
    expected = model.predict(x[:1], verbose=0)
    model.export(tmp_path / "m.c")
    before, after = (_floats((tmp_path / f"{name}.c").read_text()) for name in "fm")
    others = sum(w.size for w in model.weights if w.dtype == np.float32)
    kernels = sum(w.size for w in model.weights if w.dtype == np.int8)
    assert before > kernels > 5 * others
    assert after <= others + 8
    call = Call("m", "predict", [x[:1]], [expected])
    run(tmp_path, [call], CLANG)
    np.testing.assert_allclose(call.found[0], expected, **NEAR)


# ---- as good as before


def _for_digits():
    return [
        L.Conv2D(16, 3, padding="same", activation="relu"),
        L.MaxPooling2D(),
        L.Conv2D(32, 3, padding="same", activation="relu"),
        L.Flatten(),
        L.Dense(64, activation="relu"),
        L.Dense(10, activation="softmax"),
    ]


def _mobile_for_digits():
    """MobileNet's block twice, then Xception's."""
    stack = [L.Conv2D(16, 3, padding="same", activation="relu")]
    for filters, strides in ((32, 1), (128, 2)):
        stack += [
            L.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False),
            L.BatchNormalization(momentum=0.9),
            L.ReLU(6.0),
            L.Conv2D(filters, 1, use_bias=False),
            L.BatchNormalization(momentum=0.9),
            L.ReLU(6.0),
        ]
    stack.append(L.SeparableConv2D(128, 3, padding="same", activation="relu"))
    return [*stack, L.GlobalAveragePooling2D(), L.Dense(10, activation="softmax")]


@pytest.fixture(scope="module", params=[_for_digits, _mobile_for_digits])
def digits(request):
    """A small network for digits, its figures for the test, and those it has learnt from."""
    from sklearn.datasets import load_digits

    data = load_digits()
    x, y = (data.images / 16).astype("float32")[..., None], data.target
    cornu.utils.set_random_seed(0)
    model = Sequential([Input((8, 8, 1)), *request.param()])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x[:1200], y[:1200], epochs=15, verbose=0)
    return model, x, y


@pytest.mark.parametrize("way", WAYS)
def test_digits_are_told_as_well(digits, way, tmp_path):
    trained, x, y = digits
    trained.save(tmp_path / "m.keras")
    model = cornu.models.load_model(tmp_path / "m.keras")
    before = model.evaluate(x[1200:], y[1200:], verbose=0, return_dict=True)["accuracy"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.quantize("int8", calibration_data=x[:100] if way == "calibrated" else None)
    after = model.evaluate(x[1200:], y[1200:], verbose=0, return_dict=True)["accuracy"]
    assert before > 0.9
    assert abs(before - after) <= 0.01
    small, large = (_flash(m, tmp_path) for m in (model, trained))
    if way == "calibrated":
        assert small < 0.29 * large, (small, large)  # biases, normalizations and scales are floats


def _flash(model, folder):
    model.export(folder / "m.c")
    return int((folder / "m.c").read_text().partition("Flash: ")[2].partition(" bytes")[0])


def test_topics_of_texts_are_told_as_well():
    example = runpy.run_path(str(EXAMPLES / "text_classification.py"))
    texts, y, topics = example["read"](example["CORPUS"])
    words = sorted({word for text in texts for word in text.split()})
    x = example["numbers"](texts, {word: i for i, word in enumerate(words, start=2)}, 12)
    cornu.utils.set_random_seed(0)
    stack = [
        Input((12,), dtype="int32"),
        L.Embedding(len(words) + 2, 16, mask_zero=True),
        L.Bidirectional(L.GRU(16)),
        L.Dense(len(topics), activation="softmax"),
    ]
    model = Sequential(stack)
    model.compile(cornu.optimizers.Adam(0.01), "sparse_categorical_crossentropy", ["accuracy"])
    held_out = np.arange(len(texts)) % 5 == 0
    model.fit(x[~held_out], y[~held_out], batch_size=8, epochs=10, verbose=0)
    before = model.evaluate(x, y, verbose=0)[1]
    with pytest.warns(UserWarning, match="stay as they are: .*gru_cell"):
        model.quantize("int8")
    assert before > 0.8
    assert abs(before - model.evaluate(x, y, verbose=0)[1]) <= 0.01
