"""What a notebook shows, and what a terminal does."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

import cornu
from cornu import callbacks, layers

X = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
HOSTILE = "<script>alert(1)</script>"
VOID = {"br", "hr", "img", "input", "meta"}


class Balanced(HTMLParser):
    """Read HTML, refuse what is not closed, and keep the tags and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def trained() -> tuple[cornu.Model, Any]:
    model = cornu.Sequential(
        [
            cornu.Input((4,)),
            layers.Dense(3, activation="relu", name=HOSTILE.replace("/", "")),
            cornu.Sequential([cornu.Input((3,)), layers.Dense(2, name="within")], name="nested"),
        ]
    )
    model.compile("sgd", "mse", metrics=["mae"])
    history = model.fit(X, X[:, :2], epochs=3, validation_split=0.25, verbose=0)
    return model, history


def test_a_model_unfolds_to_its_layers() -> None:
    model, _ = trained()
    model.layers[0].trainable = False
    page = Balanced(model._repr_html_())
    assert "script" not in page.tags
    assert HOSTILE.replace("/", "") in page.text
    assert page.tags.count("details") == 4  # the model, its two layers, the one within
    for said in ("(None, 3)", "15 parameters", "within", "frozen", "kernel", "(4, 3)", "relu"):
        assert said in page.text
    assert "Trainable params: 8" in page.text


def test_a_layer_that_is_not_built() -> None:
    page = Balanced(layers.Dense(3, name="head")._repr_html_())
    assert "head" in page.text
    assert "not built" in page.text


def test_a_functional_model_with_functions_between_its_layers() -> None:
    x = cornu.Input((4,), name="x")
    page = Balanced(cornu.Model(x, layers.Dense(2)(x) * 2.0, name="m")._repr_html_())
    assert page.tags.count("details") == 4  # the model, its input, the layer, the function
    assert "Multiply" in page.text


def test_a_history_shows_its_curves() -> None:
    _, history = trained()
    page = Balanced(history._repr_html_())
    assert page.tags.count("svg") == 2  # loss and mae, each with its validation
    assert page.tags.count("polyline") == 4
    assert "val_mae" in page.text


def test_a_history_that_broke() -> None:
    history = callbacks.History()
    history.on_train_begin()
    for epoch, loss in enumerate([1.0, float("nan"), float("inf"), 2.0]):
        history.on_epoch_end(epoch, {"loss": loss, "words": "none"})
    page = Balanced(history._repr_html_())
    assert page.tags.count("polyline") == 2  # the hole stays one


def test_a_program_shows_its_source() -> None:
    model, _ = trained()
    program = model.program("train")
    page = Balanced(program._repr_html_())
    assert program.source.splitlines()[0] in page.text


def test_a_terminal() -> None:
    _, history = trained()
    shown = f"loss={history.history['loss'][-1]:.4g}"
    assert repr(history).startswith("<History of 3 epochs: ")
    assert shown in repr(history)
    assert repr(callbacks.History()) == "<History of 0 epochs: >"


@pytest.mark.parametrize(
    ("callback", "shown"),
    [
        (callbacks.EarlyStopping(patience=3), "EarlyStopping(patience=3)"),
        (callbacks.EarlyStopping("loss"), "EarlyStopping(monitor='loss')"),
        (callbacks.ReduceLROnPlateau(factor=0.5), "ReduceLROnPlateau(factor=0.5)"),
        (callbacks.TerminateOnNaN(), "TerminateOnNaN()"),
        (callbacks.ModelCheckpoint("m.keras"), "ModelCheckpoint(filepath='m.keras')"),
        (callbacks.LivePlot(), "LivePlot(metrics=['loss'])"),
    ],
    ids=lambda value: value.split("(")[0] if isinstance(value, str) else "",
)
def test_callbacks_show_what_they_were_given(callback: Any, shown: str) -> None:
    assert repr(callback) == shown


class Display:
    """What IPython shows pictures in."""

    def __init__(self) -> None:
        self.pictures: list[str] = []

    def __call__(self, picture: str) -> Display:
        self.pictures.append(picture)
        return self

    update = __call__


def test_a_live_plot_is_drawn_anew_each_epoch() -> None:
    model, _ = trained()
    display = Display()
    plot = callbacks.LivePlot(["loss", "mae"], display=display)
    model.fit(X, X[:, :2], epochs=3, validation_split=0.25, callbacks=[plot], verbose=0)
    assert len(display.pictures) == 3
    last = Balanced(display.pictures[-1])
    assert all(name in last.text for name in ("loss", "val_loss", "mae", "val_mae"))
    points = display.pictures[-1].split('points="')[1:]
    assert all(len(p.split('"')[0].split()) == 3 for p in points)


def test_a_live_plot_without_a_notebook_draws_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    model, _ = trained()
    model.fit(X, X[:, :2], callbacks=[callbacks.LivePlot()], verbose=0)
    assert capsys.readouterr().out == ""


def test_history_plot() -> None:
    matplotlib = pytest.importorskip("matplotlib", reason="it draws")
    matplotlib.use("Agg")
    _, history = trained()
    axes = history.plot()
    assert [place.get_title() for place in axes] == ["loss", "mae"]
    for place in axes:
        lines = {line.get_label(): line.get_ydata() for line in place.lines}
        name = place.get_title()
        np.testing.assert_array_equal(lines["training"], history.history[name])
        np.testing.assert_array_equal(lines["validation"], history.history[f"val_{name}"])
        place.figure.canvas.draw()
        assert all(float(tick).is_integer() for tick in place.get_xticks())
    assert history.plot(["mae"], axes=axes[1]) == [axes[1]]
    with pytest.raises(ValueError, match=r"holds no 'acc'\. There are: loss"):
        history.plot(["acc"])
