"""Whatever a name holds, no source, table, picture or listing does what it says."""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import gc
import io
import keyword
import re
import tokenize

import numpy as np
import pytest

import cornu
from cornu import layers, losses, metrics, optimizers
from cornu.errors import BadFileError
from cornu_backend_numpy.backend import NumpyBackend
from cornu_backend_numpy.runtime import NAMESPACE
from cornu_backend_opencl.backend import OpenCLBackend
from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_backend_opencl.codegen.source import write_source
from cornu_backend_opencl.settings import limits
from cornu_engine.graph import scope
from cornu_engine.program import build_program
from cornu_engine.trace import Trace
from cornu_engine.variable import Variable
from cornu_lowering.fusion import fuse
from cornu_ops.testing.cases import primitive_cases
from tests.attack.watch import watched

ENDS = ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
# What a name ends what stands before it with, for each kind of source.
PYTHON = [f"m{end}{' ' * depth}RAN()  # " for end in ENDS for depth in (4, 8)]
C = ["m*/ RAN(); /*", "m??/", "m\\", "m\n RAN();", "m*/\n#define int RAN\n/*"]
OTHERS = ['m", image="RAN', "<m<RAN", "m\x1b[2JRAN", "m\u202eRAN", "m'\"RAN", "m\x00RAN"]
TEXTS = [*PYTHON, *C, *OTHERS]
PLACES = ["layer", "input", "optimizer", "metric", "loss", "model", "variable", "output"]


class Scaled(cornu.Layer):
    """A layer whose variable has a name of its own."""

    def __init__(self, variable, **kwargs):
        super().__init__(**kwargs)
        self.variable = variable

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), name=self.variable)

    def call(self, inputs):
        return inputs * self.scale


def _model(place="", text="m", wide=8):
    """A compiled model with a text in one place, or in all of them."""
    cornu.set_seed(0)

    def name(of):
        return text if place in (of, "everywhere") else of

    x = cornu.Input((4,), name=name("input"))
    hidden = layers.Dense(wide, activation="relu", name=name("layer"))(x)
    hidden = Scaled(name("variable"), name="scaled")(hidden)
    y = layers.Dense(1, name=name("output") + ("2" if place == "everywhere" else ""))(hidden)
    model = cornu.Model(x, y, name=name("model"))
    model.compile(
        optimizers.Adam(name=name("optimizer")),
        losses.MeanSquaredError(name=name("loss")),
        metrics=[metrics.MeanAbsoluteError(name=name("metric"))],
    )
    return model


DATA = np.ones((8, 4), "float32"), np.ones((8, 1), "float32")


def _program(model, kind):
    return model.program(kind).executable.program


DOINGS = {
    "fit": lambda model: model.fit(*DATA, batch_size=8, verbose=2),
    "evaluate": lambda model: model.evaluate(*DATA, verbose=2),
    "predict": lambda model: model.predict(DATA[0], verbose=0),
    "summary": lambda model: model.summary(),
    "listing": lambda model: print(model.program("train"), _program(model, "train")),
}


@pytest.fixture
def marker(monkeypatch):
    """What the names call, if anything does what they say."""
    ran: list[int] = []
    monkeypatch.setattr(builtins, "RAN", lambda: ran.append(1), raising=False)
    return ran


def _do_all(model, folder):
    printed = io.StringIO()
    with watched(folder) as seen, contextlib.redirect_stdout(printed):
        for do in DOINGS.values():
            do(model)
        with contextlib.suppress(BadFileError, ValueError):  # which may refuse a name
            model.export(folder / "x.cornu", verbose=False)
    assert not [event for event in seen if event.startswith(("compile", "exec", "os.system"))]
    # of control characters a table has line ends only
    assert all(c == "\n" or c.isprintable() for c in printed.getvalue())


@pytest.mark.parametrize("place", PLACES)
def test_names_of_any_line_end_run_nothing(place, marker, tmp_path):
    for text in TEXTS:
        try:
            model = _model(place, text)
        except ValueError:
            continue  # a name that is refused
        _do_all(model, tmp_path)
        assert not marker, text


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("text", ["m\n    RAN()  # ", "m\n        RAN()  # ", "m*/ RAN(); /*"])
def test_names_in_files_run_nothing(suffix, text, marker, tmp_path):
    for place in PLACES:
        path = tmp_path / f"model{suffix}"
        try:
            model = _model(place, text)
            model.fit(*DATA, verbose=0)
            model.save(path)
            loaded = cornu.models.load_model(path, custom_objects={"Scaled": Scaled})
        except (BadFileError, ValueError):
            continue  # reading and writing have a rule of their own for names
        _do_all(loaded, tmp_path)
        assert not marker, place


# ---- the source is that of a model with plain names


def _opencl(**schedule):
    grouped = functools.partial(fuse, longest=limits.fused)

    def source(program):  # written without a device
        plan = program.plan(OpenCLBackend.lowers, grouped, grouped)
        return write_source(plan, Schedule(**schedule)).text

    return source


def python_skeleton(source):
    """Return the tokens of Python, comments left out and names numbered as they come."""
    ast.parse(source)
    numbers: dict[str, int] = {}
    known = {*NAMESPACE, *keyword.kwlist, *dir(builtins)} - {"RAN"}
    found, before = [], ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        text = token.string
        if token.type in (tokenize.COMMENT, tokenize.NL):
            continue
        if token.type == tokenize.NAME and before != "." and text not in known:
            text = f"name{numbers.setdefault(text, len(numbers))}"
        found.append(text)
        before = token.string
    return found


def c_skeleton(source):
    """Return C as its phases of translation see it, comments and names of functions left out."""
    text = re.sub(r"[\r\v\f\x1c-\x1e\x85\u2028\u2029]", "\n", source.replace("??/", "\\"))
    text = re.sub(r"\\[ \t]*\n", "", text)
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.DOTALL)
    return re.sub(r"\bu(\d+)_[A-Za-z0-9_]*", r"u\1", text).split()


WRITERS = {
    "numpy": (lambda program: NumpyBackend().compile(program).source, python_skeleton),
    "opencl cpu": (_opencl(kind="cpu"), c_skeleton),
    "opencl of one lane": (_opencl(kind="cpu", lanes=1), c_skeleton),
    "opencl gpu": (_opencl(kind="gpu"), c_skeleton),
}
HOSTILE = [
    "m\n    RAN()  # ",
    "m\n        RAN()  # ",
    "m\u2028        RAN()",
    "m*/ RAN(); /*",
    "m\n*/\n#define int RAN\n/*",
    "m RAN ??/",
    "m RAN \\",
    "RAN();",
    "lambda",
    "1)\rRAN",
    "été",
]


def _of_case(case, text):
    arrays = case.draw(dtype="float32")
    with Trace(text) as trace, scope(text):
        inputs = [trace.input(f"{text}{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
        state = Variable(np.zeros(3, "float32"), name=text)
        trace.assign(state, state.value + 1.0)
        made = case(*inputs)
        outputs = list(made) if isinstance(made, (tuple, list)) else [made]
        return build_program(text, trace, outputs)


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("case", {c.op: c for c in primitive_cases()}.values(), ids=str)
def test_the_source_of_a_primitive_is_the_same_whatever_names_hold(case, writer):
    write, skeleton = WRITERS[writer]
    plain = skeleton(write(_of_case(case, "plain")))
    for text in HOSTILE:
        source = write(_of_case(case, text))
        assert skeleton(source) == plain, source


def _networks(text):
    """Return the skeletons of programs with loops, convolutions, pools, groups and regions."""
    gc.collect()  # constants that live on stand first in the next program
    cornu.set_seed(0)
    whole, text = text, text.replace("/", "")  # which stands in no layer's name
    image = cornu.Input((12, 12, 2), name=f"{text}1")
    y = layers.Conv2D(4, 3, activation="relu", name=text)(image)
    y = layers.AveragePooling2D(name=f"{text}2")(layers.MaxPooling2D(name=f"{text}3")(y))
    y = layers.BatchNormalization(name=f"{text}4")(layers.Flatten(name=f"{text}5")(y))
    steps = cornu.Input((5, 3), name=f"{text}6")
    z = layers.LSTM(4, name=f"{text}7")(steps)
    z = layers.Dense(3, activation="softmax", name=f"{text}8")(
        layers.Concatenate(name=f"{text}9")([y, z])
    )
    made = cornu.Model([image, steps], z, name=f"{text}0")
    made.compile(optimizers.SGD(0.1, momentum=0.9, name=whole), "mse", metrics=["mae"])
    made.fit([np.ones((8, 12, 12, 2)), np.ones((8, 5, 3))], np.ones((8, 3)), verbose=0)
    wide = cornu.Sequential([cornu.Input((64,)), layers.Dense(64, activation="tanh", name=text)])
    wide.compile(optimizers.Adam(name=whole), "mse")
    wide.fit(np.ones((1024, 64)), np.ones((1024, 64)), batch_size=1024, verbose=0)
    return [
        skeleton(write(model.program("train").executable.program))
        for write, skeleton in WRITERS.values()
        for model in (made, wide)
    ]


@pytest.fixture(scope="module")
def plain():
    return _networks("plain")


@pytest.mark.parametrize("text", ["m\n    RAN()  # ", "m*/ RAN(); /*", "m??/", "m\\", "m\u2028x"])
def test_the_source_of_a_model_is_the_same_whatever_names_hold(text, plain, marker):
    assert _networks(text) == plain
    assert not marker


def test_a_skeleton_shows_what_a_name_would_add():
    """The comparison can fail: with a comment that is not escaped it does."""
    assert python_skeleton("x = 1  # m\nRAN()\n") != python_skeleton("x = 1  # m\n")
    for text in ("m\nRAN();", "m\u2028RAN();", "m\rRAN();"):
        assert c_skeleton(f"int x;  // {text}\nint y;") != c_skeleton("int x;  // m\nint y;")
    assert c_skeleton("/* m*/ RAN(); /* */") != c_skeleton("/* m */")
    for text in ("m??/", "m\\", "m\\  "):
        assert c_skeleton(f"int x;  // {text}\nint y;") != c_skeleton("int x;  // m\nint y;")


# ---- pictures


@pytest.mark.parametrize("text", [*OTHERS, *C, "m\n}", 'm"; x [image="RAN"]; "', '"m"; RAN; "m"'])
def test_a_picture_has_the_boxes_and_arrows_of_a_model_with_plain_names(text):
    pydot = pytest.importorskip("pydot", reason="Drawings are made by pydot.")
    text = text.replace("/", "")
    inner = cornu.Sequential([cornu.Input((4,)), layers.Dense(2, name=text)], name=f"{text}i")
    last = layers.Dense(1, name=f"{text}2")
    model = cornu.Sequential([cornu.Input((4,)), inner, last], name=text)
    dot = cornu.utils.model_to_dot(
        model, show_layer_names=True, expand_nested=True, show_shapes=True
    )
    drawn = dot.to_string()
    assert all(c == "\n" or c.isprintable() for c in drawn)
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "text", drawn)  # strings end where they should
    assert not set(outside) & {'"', "\\"}
    assert "RAN" not in re.sub(r"cluster_\w*", "", outside)
    (again,) = pydot.graph_from_dot_data(drawn)
    assert len(again.get_edges()) == len(dot.get_edges()) == 2
    assert not any(node.get("image") for node in again.get_nodes())
