"""Names of TensorFlow 1, and what is said of those that are not there."""

from __future__ import annotations

import subprocess
import sys

import cornu.compat.tensorflow as tf
import numpy as np
import pytest

from cornu_keras.compat.runner.advice import why_not
from cornu_keras.compat.tensorflow.names import _named
from cornu_keras.compat.tensorflow.renamed import RENAMED


@pytest.mark.parametrize("old", RENAMED)
def test_a_renamed_name_is_what_it_is_called_now(old):
    assert _named(old) is _named(RENAMED[old])
    assert _named(f"compat.v1.{old}") is _named(RENAMED[old])


def test_files_and_messages_by_their_old_names(tmp_path, caplog):
    folder = str(tmp_path / "a" / "b")
    tf.gfile.MakeDirs(folder)
    with tf.gfile.FastGFile(f"{folder}/x.txt", "w") as file:
        file.write("sun")
    assert tf.gfile.Exists(f"{folder}/x.txt")
    assert tf.gfile.ListDirectory(folder) == ["x.txt"]
    assert tf.gfile.Glob(f"{folder}/*.txt") == [f"{folder}/x.txt"]
    tf.gfile.DeleteRecursively(folder)
    assert not tf.gfile.IsDirectory(folder)
    with caplog.at_level("WARNING", "tensorflow"):
        tf.logging.warn("rain")
    assert "rain" in caplog.text
    assert tf.logging.ERROR == 40


def test_what_is_kept_in_a_graph():
    with tf.Graph().as_default():
        tf.add_to_collection("losses", 1.0)
        tf.add_to_collection("losses", 2.0)
        assert float(tf.add_n(tf.get_collection("losses"))) == 3
        assert tf.get_collection(tf.GraphKeys.UPDATE_OPS) == []


def test_a_tensor_is_printed_where_it_has_a_value(capsys):
    assert tf.Print(tf.constant(1.0), [tf.constant(2.0)], "two:").numpy() == 1
    assert capsys.readouterr().out == "two: 2.0\n"
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(2,))])
    loss = lambda t, p: tf.reduce_mean(tf.Print(p, [p], "p:") - t)  # noqa: E731
    model.compile("sgd", loss)
    with pytest.warns(UserWarning, match=r"print_tensor\('p:'\) has no value .* run_eagerly=True"):
        model.train_on_batch(np.ones((2, 2)), np.ones((2, 1)))


def test_sessions_of_tf_keras():
    for backend in (tf.keras.backend, tf.compat.v1.keras.backend):
        session = tf.compat.v1.Session(config=tf.compat.v1.ConfigProto())
        backend.set_session(session)
        assert backend.get_session() is session
    assert tf.keras.backend.square is tf.keras.backend.square


SCRIPT = """
import tensorflow as tf
tf.app.flags.DEFINE_integer("steps", 3, "how many")
FLAGS = tf.app.flags.FLAGS
def main(argv):
    print(FLAGS.steps * 2, len(argv))
if __name__ == "__main__":
    tf.app.run()
"""


def test_flags_of_a_script(tmp_path):
    pytest.importorskip("absl", reason="flags are absl's")
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    command = [sys.executable, "-m", "cornu", str(path), "--steps=5", "more"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.returncode) == ("10 2\n", 0), done.stderr


SAID = {
    "tensorflow.metrics.auc": "keras.metrics.AUC()",
    "tensorflow.layers.dense": "keras.layers",
    "tensorflow.nn.rnn_cell.LSTMCell": "keras.layers.LSTM",
    "tensorflow.data.make_one_shot_iterator": "tf.data.Dataset",
    "tensorflow.train.import_meta_graph": "tf.train.Saver",
    "tensorflow.image.resize_images": "tf.image.resize",
    "tensorflow.train.SequenceExample": "tf.train.Example",
}


@pytest.mark.parametrize("path", SAID)
def test_what_is_not_there_is_said_with_what_to_use(path):
    assert SAID[path] in why_not(path, "keras2")
