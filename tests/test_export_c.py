"""Models in C compute what the model computes, and compilers find nothing to say about them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu
from cornu import Input, Model, Sequential, ops, tree
from cornu import layers as L
from cornu.errors import SavingError
from tests.exported_c import CLANG, GCC, GCC_FAST, Call, run
from tests.parity.layers import CASES

COMPILERS = {"gcc": GCC, "gcc at full speed": GCC_FAST, "clang": CLANG}
BATCH = 2
OK, NULL, SHAPE, INDEX, WEIGHTS = range(5)


@pytest.fixture(params=COMPILERS)
def compiler(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Return the command of a compiler."""
    if request.param.startswith("gcc") and shutil.which("gcc") is None:
        pytest.skip("There is no gcc on this machine; clang comes with ziglang.")
    return COMPILERS[request.param]


def _numbers(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def _agree(call: Call, name: str = "") -> None:
    assert call.code == OK, name
    for found, wanted in zip(call.found, call.outputs, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5, err_msg=name)


# ---- every layer


@pytest.fixture(scope="module")
def layer_calls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Call]]:
    """A file for each case of the table of layers, and what `predict` makes of a batch."""
    folder, calls = tmp_path_factory.mktemp("layers"), {}
    for i, case in enumerate(CASES):
        cornu.utils.set_random_seed(0)
        model = case.model(cornu)
        batch = case.batch(np.random.default_rng(i), BATCH)
        expected = tree.flatten(model.predict(batch, verbose=0))
        model.export(folder / f"m{i}.c", batch=BATCH)
        calls[case.name] = Call(f"m{i}", "predict", tree.flatten(batch), expected)
    return folder, calls


@pytest.mark.parametrize("compiler", ["gcc", "clang"], indirect=True)
def test_every_layer(layer_calls: Any, compiler: Any) -> None:
    folder, calls = layer_calls
    run(folder, list(calls.values()), compiler)
    for name, call in calls.items():
        _agree(call, name)


# ---- models, and what else a file can do


class _Elementwise(Model):
    """Every elementwise operation that C has, on floats and whole numbers."""

    def call(self, inputs: Any) -> Any:
        x, n = inputs
        u = ops.sigmoid(x)
        k = n - 3
        floats = [
            *(f(x) for f in (ops.sin, ops.cos, ops.tan, ops.arctan, ops.sinh, ops.cosh, ops.exp)),
            *(f(x) for f in (ops.arcsinh, ops.erf, ops.floor, ops.ceil, ops.round, ops.sign)),
            *(f(u) for f in (ops.log, ops.log1p, ops.sqrt, ops.arcsin, ops.arccos, ops.arctanh)),
            *(ops.arccosh(u + 1), ops.expm1(x), ops.erfinv(u * 0.9), ops.power(u, 1.7)),
            *(ops.mod(x, u), ops.floor_divide(x, u), ops.arctan2(x, u), ops.abs(x), -x),
            *(ops.cast(ops.isfinite(x * np.inf), "float32"), ops.maximum(x, u), ops.minimum(x, u)),
            *(ops.cumsum(x, axis=1), ops.sort(x, axis=1), ops.flip(x, 1), ops.prod(x, 1, True) + x),
            *(ops.max(x, 1, True) + x, ops.min(x, 0, True) + x, ops.mean(x, 0, True) + x),
        ]
        whole = [
            *(k + n, k - n, k * n, ops.mod(k, 4), ops.floor_divide(k, 3), -k, ops.abs(k)),
            *(ops.maximum(k, n), ops.minimum(k, n), ops.sign(k), ops.bitwise_and(k, n)),
            *(ops.bitwise_or(k, n), ops.bitwise_xor(k, n), ops.bitwise_invert(k), ops.power(n, 2)),
            *(ops.left_shift(n, 2), ops.right_shift(k, 1), ops.argsort(k, axis=1)),
            ops.broadcast_to(ops.argmax(x, axis=1, keepdims=True), k.shape),
            *(ops.cast(k > n, "int32"), ops.cast(x, "int32"), ops.where(k > 0, k, n)),
            *(ops.cast(ops.logical_not(k > 0), "int32"), ops.cast(k, "bool") * 1),
        ]
        # the shape of the inputs, or C could not be compared element for element
        return ops.stack(floats), ops.stack([ops.cast(w, "int32") for w in whole])


def _several() -> Model:
    a, b = Input((3,), name="a"), Input((3,), name="b")
    mixed = L.Concatenate()([L.Dense(4)(a), L.Multiply()([a, b])])
    return Model({"a": a, "b": b}, {"mixed": L.Dense(2)(mixed), "sum": a + b, "same": b})


def _recurrent() -> Model:
    return Sequential(
        [
            Input((None, 3)),
            L.TimeDistributed(L.Dense(4, activation="tanh")),
            L.LSTM(5, return_sequences=True),
            L.LayerNormalization(),
            L.GRU(4, return_sequences=True),
            L.SimpleRNN(3),
            L.Dense(2, activation="softmax"),
        ]
    )


def _cnn() -> Model:
    return Sequential(
        [
            Input((14, 14, 3)),
            L.Conv2D(32, 3, activation="relu", padding="same"),
            L.SeparableConv2D(20, 3, dilation_rate=2),
            L.MaxPooling2D(),
            L.Conv2DTranspose(18, 3, strides=2),
            L.BatchNormalization(),
            L.GlobalAveragePooling2D(),
            L.Dense(4),
        ]
    )


def test_models_and_their_other_functions(compiler: Any, tmp_path: Path) -> None:
    calls: list[Call] = []

    def export(
        prefix: str, model: Model, batch: list[np.ndarray], given: Any, **options: Any
    ) -> Call:
        expected = tree.flatten(model.predict(given, verbose=0))
        model.export(tmp_path / f"{prefix}.c", batch=len(batch[0]), **options)
        calls.append(Call(prefix, "predict", batch, expected))
        return calls[-1]

    a, b = _numbers((5, 3)), _numbers((5, 3), 1)
    export("several", _several(), [a, b], {"a": a, "b": b})
    image = _numbers((3, 14, 14, 3))
    export("cnn", _cnn(), [image], image)
    x, n = _numbers((4, 6)), np.arange(24, dtype="int32").reshape(4, 6)
    elementwise = _Elementwise()
    elementwise([x, n])
    export("elementwise", elementwise, [x, n], [x, n])

    # weights of a file are where the caller says
    mlp = Sequential([Input((40,)), L.Dense(64, activation="gelu"), L.Dense(10)])
    rows = _numbers((2, 40))
    stored = export("stored", mlp, [rows], rows, weights="file")
    weights = np.fromfile(tmp_path / "stored.bin", "<f4")
    numbers = ", ".join(f"{w:.9e}f" for w in weights)
    calls[-1] = Call(
        "stored",
        "predict",
        [rows],
        stored.outputs,
        before=(
            f"static const float numbers[] = {{{numbers}}};\n"
            f"    stored_load(numbers, {len(weights)});"
        ),
    )
    calls.insert(-1, Call("stored", "predict", [rows], stored.outputs))

    # a stream: step after step, and then from the beginning again
    stream, series = _recurrent(), _numbers((1, 9, 3))
    stream.export(tmp_path / "stream.c", step=True)
    prefixes = [stream(series[:, : t + 1], training=False) for t in range(9)]
    for t, wanted in enumerate([*prefixes, prefixes[0]]):
        once = series[:, t % 9 : t % 9 + 1].copy()
        before = "stream_reset();" if t == 9 else ""
        calls.append(Call("stream", "step", [once], [np.asarray(wanted)], before))

    # state that a call leaves goes on to the next
    kept = Sequential([Input((4, 2), batch_size=1), L.GRU(3, stateful=True)])
    part = _numbers((1, 4, 2))
    kept.export(tmp_path / "kept.c")
    first = kept.predict(part, verbose=0)
    second = kept.predict(part, verbose=0)
    for wanted, before in ((first, ""), (second, ""), (first, "kept_reset();")):
        calls.append(Call("kept", "predict", [part], [wanted], before))

    # what is wrong is a code
    words = Sequential([Input((2,), dtype="int32"), L.Embedding(7, 3)])
    words.export(tmp_path / "words.c")
    out = np.zeros((1, 2, 3), "float32")
    for row, code in ((6, OK), (-1, OK), (7, INDEX), (-15, INDEX)):
        calls.append(Call("words", "predict", [np.array([[0, row]], "int32")], [out]))
        calls[-1].code = code
    codes = [call.code for call in calls[-4:]]

    run(tmp_path, calls, compiler)
    assert [call.code for call in calls[-4:]] == codes
    assert calls[3].prefix == "stored"
    assert calls[3].code == WEIGHTS
    for call in [*calls[:3], *calls[4:-4]]:
        _agree(call, call.prefix)


def test_wrong_arrays_return_an_error(compiler: Any, tmp_path: Path) -> None:
    Sequential([Input((3,)), L.Dense(2)]).export(tmp_path / "net.c")
    x, y = _numbers((1, 3)), np.zeros((1, 2), "float32")
    tried = {
        "code = net_predict(NULL, y0);": NULL,
        "code = net_predict(x0, NULL);": NULL,
        "code = net_predict_sized(x0, 3, y0, 2);": OK,
        "code = net_predict_sized(x0, 4, y0, 2);": SHAPE,
        "code = net_predict_sized(x0, NET_PREDICT_X_SIZE, y0, 1);": SHAPE,
    }
    calls = [
        Call("net", "predict", [x], [y], f"{text} if (code != {code}) {{ abort(); }}")
        for text, code in tried.items()
    ]
    run(tmp_path, calls, compiler)


class _Whole(Model):
    """Reals as whole numbers of every kind."""

    def call(self, x: Any) -> Any:
        return [ops.cast(x, kind) for kind in WHOLE]


WHOLE = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
FIT = (0.0, -0.0, 1.9, -1.9, 127.0, -128.0, 5e-40)  # a sign too many where there is none wraps
DO_NOT = (np.nan, np.inf, -np.inf, 3e38, -3e38, 2.0**64)  # open in C99


def test_reals_that_no_whole_number_stands_for_are_the_smallest(
    compiler: Any, tmp_path: Path
) -> None:
    x = np.array([[*FIT, *DO_NOT]], "float32")
    smallest = {"int64": -(2**63), "uint64": 2**63, "int32": -(2**31)}
    expected = []
    for kind in WHOLE:
        fit = np.array(FIT, "float32").astype("int64").astype(kind)
        other = np.full(len(DO_NOT), smallest.get(kind, 0), kind)
        expected.append(np.concatenate([fit, other])[None])
    model = _Whole()
    model(x)
    model.export(tmp_path / "whole.c")
    call = Call("whole", "predict", [x], expected)
    run(tmp_path, [call], compiler)
    for kind, found, wanted in zip(WHOLE, call.found, expected, strict=True):
        np.testing.assert_array_equal(found, wanted, err_msg=kind)


def test_weights_of_bytes_take_an_input_that_is_no_number(compiler: Any, tmp_path: Path) -> None:
    model = Sequential([Input((3,)), L.Dense(4, activation="relu"), L.Dense(2)])
    model.quantize("int8", calibration_data=_numbers((8, 3)))
    model.export(tmp_path / "bytes.c")
    calls = [
        Call("bytes", "predict", [np.full((1, 3), value, "float32")], [np.zeros((1, 2), "float32")])
        for value in (np.nan, np.inf, -np.inf, 1.0)
    ]
    run(tmp_path, calls, compiler)
    assert all(call.code == OK for call in calls)


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_a_row_that_32_bits_do_not_hold_is_an_error(
    dtype: str, compiler: Any, tmp_path: Path
) -> None:
    rows = Input((1,), dtype=dtype)
    Model(rows, ops.take(np.eye(3, dtype="float32"), rows, axis=0)).export(tmp_path / "rows.c")
    calls = [
        Call("rows", "predict", [np.array([[row]], dtype)], [np.zeros((1, 1, 3), "float32")])
        for row in (2, 2**32 + 1, 2**63 - 1)
    ]
    run(tmp_path, calls, compiler)
    assert [call.code for call in calls] == [OK, INDEX, INDEX]


def test_the_comment_tells_shapes_and_sizes(tmp_path: Path) -> None:
    model = Sequential([Input((6,), name="flower"), L.Dense(8, activation="relu"), L.Dense(3)])
    model.export(tmp_path / "my net-2.c")
    text = (tmp_path / "my net-2.c").read_text()
    assert "int my_net_2_predict(const float *x, float *y)" in text
    assert "x: float32 1 x 6  'flower'" in text
    assert f"Flash: {4 * model.count_params()} bytes" in text
    assert int(re.search(r"FLOPs: (\d+)", text)[1]) >= 2 * (6 * 8 + 8 * 3)  # type: ignore[index]
    declared = re.findall(r"static (float|int32_t) \w+\[(\d+)\]", text)
    ram = int(re.search(r"RAM: +(\d+)", text)[1])  # type: ignore[index]
    assert ram == 4 * sum(int(size) for _, size in declared)
    assert not re.search(r"\b(malloc|calloc|free|memcpy|printf)\b", text)


def test_no_name_leaves_its_comment(compiler: Any, tmp_path: Path) -> None:
    # a path joins names by "/"
    x = Input((3,), name="x*")
    name = "int bad(void); été *\n#error ??"
    model = Model(x, L.Dense(2, name=name)(x), name="m*")
    model = Model(x, model(x), name=f"{name}\\")
    model.export(tmp_path / "named.c")
    assert (tmp_path / "named.c").read_bytes().isascii()
    row = _numbers((1, 3))
    call = Call("named", "predict", [row], [model.predict(row, verbose=0)])
    run(tmp_path, [call], compiler)
    _agree(call)


# ---- what cannot be said


def _drawing() -> Model:
    class Noise(cornu.Layer):
        def build(self, shape: Any) -> None:
            self.seed = cornu.random.SeedGenerator(0)

        def call(self, x: Any) -> Any:
            return x + cornu.random.normal(x.shape, seed=self.seed)

    return Sequential([Input((3,)), Noise(name="noisy")])


REFUSED = {
    "a free axis": (
        lambda: Sequential([Input((None, 4), name="s"), L.LSTM(3)]),
        {},
        r"axis 1.*'s'",
    ),
    "random": (_drawing, {}, "noisy.*Leave the layer out"),
    "float16": (
        lambda: Sequential([Input((3,)), L.Dense(2, dtype="float16", name="narrow")]),
        {},
        r"float16.*narrow.*dtype=\"float32\"",
    ),
    "a step of none": (
        lambda: Sequential([Input((None, 3)), L.Dense(2)]),
        {"step": True},
        "no recurrent|has none",
    ),
    "a step of both ends": (
        lambda: Sequential([Input((None, 3)), L.Bidirectional(L.GRU(2, return_sequences=True))]),
        {"step": True},
        "step by step",
    ),
    "a step that needs all": (
        lambda: Sequential(
            [Input((None, 3)), L.GRU(2, return_sequences=True), L.GlobalMaxPool1D()]
        ),
        {"step": True},
        "step by step",
    ),
    "a step of many": (
        lambda: Sequential([Input((4, 3)), L.GRU(2)]),
        {"step": True},
        r"Input\(\(None, 3\)\).*4",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_c_cannot_say_names_the_edit(name: str, tmp_path: Path) -> None:
    make, options, message = REFUSED[name]
    with pytest.raises(SavingError, match=message):
        make().export(tmp_path / "m.c", **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("options", [{"batch": 0}, {"batch": 1.5}, {"weights": "far"}])
def test_options_that_are_none(options: dict, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Sequential([Input((3,)), L.Dense(2)]).export(tmp_path / "m.c", **options)
