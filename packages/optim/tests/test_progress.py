"""What is written while training, on a terminal, in a notebook and in a file."""

import io
import re
from contextlib import redirect_stdout

import numpy as np
import pytest

from cornu import Sequential, ops
from cornu.base import Layer
from cornu_data.preferences import resolve_verbose
from cornu_optim.callbacks import progbar
from cornu_optim.callbacks.progbar import Progbar
from cornu_optim.callbacks.progbar_logger import ProgbarLogger


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


class Line(Layer):
    def build(self, input_shape):
        self.kernel = self.add_weight("kernel", (input_shape[-1], 1), initializer="zeros")

    def call(self, inputs):
        return ops.matmul(inputs, self.kernel)


@pytest.fixture
def line():
    """A compiled model of two inputs and one output."""
    model = Sequential([Line()])
    model.build((None, 2))
    model.compile("sgd", "mse", backend="reference")
    return model


@pytest.fixture
def points():
    """Fifty points on a plane."""
    x = np.random.default_rng(0).normal(size=(50, 2)).astype("float32")
    return x, x @ np.float32([[2.0], [-1.0]]) + 0.5


@pytest.fixture
def file(capsys):
    """Standard output that is no terminal; call it to read what was written."""
    return lambda: capsys.readouterr().out


@pytest.fixture
def clock(monkeypatch):
    """A clock that only moves when it is told to."""

    class Clock:
        now = 100.0

        def perf_counter(self):
            return self.now

    found = Clock()
    monkeypatch.setattr(progbar, "time", found)
    return found


def plain(text):
    return re.sub(r"\x1b\[\d+m", "", text)


def test_a_file_gets_one_line_per_epoch_and_no_control_characters(line, points, file):
    line.fit(*points, batch_size=10, epochs=3, validation_split=0.2)
    written = file()
    lines = written.splitlines()
    assert lines[::2] == ["Epoch 1/3", "Epoch 2/3", "Epoch 3/3"]
    pattern = r"4/4 ━{20} \d+s \d+[mu]?s/step - loss: \d\.\d{4} - val_loss: \d\.\d{4}"
    assert all(re.fullmatch(pattern, text) for text in lines[1::2])
    assert not re.search(r"[\r\b\x1b]", written)


def test_one_epoch_needs_no_title(line, points, file):
    line.fit(*points)
    assert not file().startswith("Epoch")


def test_one_line_per_epoch(line, points, file):
    line.fit(*points, verbose=2, epochs=2)
    pattern = r"2/2 - \d+s - \d+[mu]?s/step - loss: \d\.\d{4}"
    assert re.fullmatch(pattern, file().splitlines()[1])


def test_silence(line, points, file):
    line.fit(*points, verbose=0, validation_split=0.2)
    line.evaluate(*points, verbose=0)
    line.predict(points[0], verbose=0)
    assert file() == ""


def test_evaluate_and_predict_show_progress(line, points, file):
    line.evaluate(*points)
    line.predict(points[0])
    first, second = file().splitlines()
    assert re.fullmatch(r"2/2 ━{20} \d+s \S+ - loss: \d\.\d{4}", first)
    assert re.fullmatch(r"2/2 ━{20} \d+s \S+", second)


def test_a_terminal_is_redrawn_in_place(clock):
    with redirect_stdout(Terminal()) as terminal:
        bar = Progbar(4)
        for step in range(1, 5):
            clock.now += 0.1
            bar.update(step, [("loss", 1 / step)])
    drawn = plain(terminal.getvalue()).split("\r")
    assert [text.split()[0] for text in drawn[1:]] == ["1/4", "2/4", "3/4", "4/4"]
    assert drawn[2].rstrip() == "2/4 ━━━━━━━━━━━━━━━━━━━━ 0s 100ms/step - loss: 0.7500"
    assert terminal.getvalue().count("\n") == 1
    assert "\x1b[32m" in terminal.getvalue()


def test_a_shorter_line_covers_the_longer_one(clock):
    with redirect_stdout(Terminal()) as terminal:
        bar = Progbar(2, stateful_metrics=["a"])
        clock.now += 1
        bar.update(1, [("a", 1e-9)])
        clock.now += 1
        bar.update(2, [("a", 1.0)])
    first, second = (len(plain(text).rstrip("\n")) for text in terminal.getvalue().split("\r")[1:])
    assert second >= first


def test_redraws_are_rare(clock):
    with redirect_stdout(Terminal()) as terminal:
        bar = Progbar(1000)
        for step in range(1000):
            clock.now += 0.001
            bar.update(step + 1, [("loss", 0.5)])
    assert terminal.getvalue().count("\r") <= 22  # one second at most every 50 ms, first and last


def test_values_are_not_read_between_redraws(line, points, monkeypatch):
    read = []
    original = line._read_logs
    monkeypatch.setattr(
        type(line), "_read_logs", lambda self, *args: read.append(1) or original(*args)
    )
    x, y = (np.repeat(a, 20, axis=0) for a in points)
    with redirect_stdout(Terminal()):
        line.fit(x, y, batch_size=1)
    assert len(read) < 200  # of 1,000 steps


def test_a_notebook_is_redrawn_without_colours(monkeypatch, clock):
    monkeypatch.setattr(progbar, "output_kind", lambda: "notebook")
    with redirect_stdout(io.StringIO()) as stream:
        bar = Progbar(2)
        clock.now += 1
        bar.update(1)
        clock.now += 1
        bar.update(2)
    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().split("\r")[1].startswith("1/2 ━━━━━━━━━━──────────")


def test_an_encoding_without_bars():
    with redirect_stdout(io.TextIOWrapper(io.BytesIO(), encoding="ascii")) as stream:
        Progbar(2).update(2)
    stream.flush()
    assert b"2/2 ==================== " in stream.buffer.getvalue()


def test_an_unknown_number_of_steps(file):
    bar = Progbar(None)
    bar.update(3, finalize=True)
    assert re.match(r"      3/Unknown \d+s", file())


def test_means_and_values_as_they_are(file):
    bar = Progbar(3, stateful_metrics=["last"], verbose=2)
    bar.update(1, [("mean", 1.0), ("last", 1.0)])
    bar.update(2, [("mean", 3.0), ("last", 3.0)])
    assert bar._values == {"mean": [4.0, 2], "last": [3.0, 1]}
    bar.add(1, [("mean", np.float32(2.0)), ("last", 1e-5)])
    assert file().rstrip().endswith("- mean: 2.0000 - last: 1.0000e-05")


def test_only_one_list_of_names():
    with pytest.raises(ValueError, match="stateful_metrics or stateless_metrics"):
        Progbar(1, stateful_metrics=[], stateless_metrics=[])


@pytest.mark.parametrize(
    ("seconds", "text"), [(2.0, "2s"), (0.0123, "12ms"), (0.000123, "123us"), (0.0, "0s")]
)
def test_time_per_step(seconds, text):
    assert progbar._duration(seconds, "step") == f"{text}/step"


@pytest.mark.parametrize(("seconds", "text"), [(9, "9s"), (75, "1:15"), (3700, "1:01:40")])
def test_time_left(seconds, text):
    assert progbar._clock(seconds) == text


def test_the_first_step_does_not_count(clock, file):
    bar = Progbar(3, verbose=2)
    clock.now += 60  # compiling
    bar.update(1)
    clock.now += 2
    bar.update(3)
    assert "- 1s/step" in file()


def test_verbose():
    assert [resolve_verbose(v) for v in ("auto", True, False, 0, 1, 2)] == [1, 1, 0, 0, 1, 2]
    with pytest.raises(ValueError, match="verbose must be"):
        resolve_verbose(3)


def test_interactive_logging_can_be_turned_off():
    from cornu import config

    config.disable_interactive_logging()
    try:
        assert resolve_verbose("auto") == 2
    finally:
        config.enable_interactive_logging()


def test_a_logger_of_ones_own_is_not_doubled(line, points, file):
    line.fit(*points, callbacks=[ProgbarLogger()])
    assert len(file().splitlines()) == 1


def test_an_interrupted_line_is_ended(line, points):
    from cornu.base import Callback

    class Interrupt(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                raise KeyboardInterrupt

    with redirect_stdout(Terminal()) as terminal, pytest.raises(KeyboardInterrupt):
        line.fit(*points, batch_size=10, callbacks=[Interrupt()])
    assert terminal.getvalue().endswith("\n")
