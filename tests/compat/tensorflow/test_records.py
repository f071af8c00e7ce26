"""Records of examples. The bytes of messages and files are those that TensorFlow 2.21 writes."""

from __future__ import annotations

import cornu.compat.tensorflow as tf
import numpy as np
import pytest

from cornu_keras.compat.tensorflow import records

rng = np.random.default_rng(0)

# What TensorFlow writes.
TENSORS = {
    "floats": (np.float32([[1, 2]]), "float32",
               b'\x08\x01\x12\x08\x12\x02\x08\x01\x12\x02\x08\x02"\x08\x00\x00\x80?\x00\x00\x00@'),
    "texts": (np.array([b"a", b"bc"], object), "string",
              b"\x08\x07\x12\x04\x12\x02\x08\x02B\x01aB\x02bc"),
    "nothing": (np.zeros((2, 0, 3), "int64"), "int64",
                b"\x08\t\x12\n\x12\x02\x08\x02\x12\x00\x12\x02\x08\x03"),
    "one": (np.int32(7), "int32", b'\x08\x03\x12\x00"\x04\x07\x00\x00\x00'),
    "truth": (np.array([True, False]), "bool", b'\x08\n\x12\x04\x12\x02\x08\x02"\x02\x01\x00'),
}  # fmt: skip


@pytest.mark.parametrize("case", TENSORS)
def test_tensors_are_written_as_tensorflow_writes_them(case):
    array, dtype, expected = TENSORS[case]
    data = tf.io.serialize_tensor(array)
    assert data.numpy() == expected
    again = tf.io.parse_tensor(data, dtype)
    assert again.shape == array.shape
    np.testing.assert_array_equal(again.numpy(), array)
    with pytest.raises(tf.errors.InvalidArgumentError, match="and not of float64"):
        tf.io.parse_tensor(data, tf.float64)


def example(i=3, **more):
    feature = tf.train.Feature
    given = {
        "x": feature(float_list=tf.train.FloatList(value=[0.5, i])),
        "y": feature(int64_list=tf.train.Int64List(value=[i])),
        "name": feature(bytes_list=tf.train.BytesList(value=[b"n%d" % i])),
        "many": feature(int64_list=tf.train.Int64List(value=list(range(-1, i)))),
        **more,
    }
    return tf.train.Example(features=tf.train.Features(feature=given))


SPEC = {
    "x": tf.io.FixedLenFeature([2], tf.float32),
    "y": tf.io.FixedLenFeature([], tf.int64),
    "name": tf.io.FixedLenFeature([], tf.string),
    "many": tf.io.VarLenFeature(tf.int64),
    "absent": tf.io.FixedLenFeature([2], tf.float32, default_value=[1.0, 2.0]),
}


def test_an_example_as_bytes():
    expected = bytes.fromhex("0a160a140a0179120f1a0d0a0b03ffffffffffffffffff01")  # TensorFlow's
    y = tf.train.Feature(int64_list=tf.train.Int64List(value=[3, -1]))
    made = tf.train.Example(features=tf.train.Features(feature={"y": y}))
    assert made.SerializeToString() == expected
    again = tf.train.Example()
    assert again.ParseFromString(expected) == len(expected)
    assert again == made
    assert again.features.feature["y"].int64_list.value == [3, -1]
    assert again.features.feature["y"].WhichOneof("kind") == "int64_list"
    again.features.feature["z"].float_list.value.append(1.5)
    assert "z" in again.features.feature


@pytest.mark.parametrize("compression", ["", "GZIP", "ZLIB"])
def test_records_are_read_and_trained_on(tmp_path, compression):
    path = str(tmp_path / "some.tfrecord")
    with tf.io.TFRecordWriter(path, tf.io.TFRecordOptions(compression)) as writer:
        for i in range(6):
            writer.write(example(i).SerializeToString())
    data = tf.data.TFRecordDataset([path], compression_type=compression)
    parsed = list(data.map(lambda record: tf.io.parse_single_example(record, SPEC)))
    assert len(parsed) == 6
    fourth = parsed[3]
    assert fourth["x"].numpy().tolist() == [0.5, 3.0]
    assert (fourth["y"].numpy(), fourth["name"].numpy()) == (3, b"n3")
    assert tf.sparse.to_dense(fourth["many"]).numpy().tolist() == [-1, 0, 1, 2]
    assert fourth["absent"].numpy().tolist() == [1.0, 2.0]
    batch = next(iter(data.batch(4).map(lambda several: tf.io.parse_example(several, SPEC))))
    assert batch["x"].shape == (4, 2)
    dense = tf.sparse.to_dense(batch["many"]).numpy()
    assert dense.tolist() == [[-1, 0, 0, 0], [-1, 0, 0, 0], [-1, 0, 1, 0], [-1, 0, 1, 2]]
    spec = {"x": SPEC["x"], "y": SPEC["y"]}
    model = tf.keras.Sequential([tf.keras.layers.Dense(6, activation="softmax", input_shape=(2,))])
    model.compile("sgd", "sparse_categorical_crossentropy")
    pairs = data.map(lambda record: tf.io.parse_single_example(record, spec))
    pairs = pairs.map(lambda found: (found["x"], found["y"])).batch(3)
    assert len(model.fit(pairs, epochs=2, verbose=0).history["loss"]) == 2


def test_a_file_of_records_is_tensorflows(tmp_path):
    path = tmp_path / "abc.tfrecord"
    with tf.python_io.TFRecordWriter(str(path)) as writer:
        writer.write(b"abc")
    assert path.read_bytes().hex() == "0300000000000000b099490e6162636e57f121"
    assert list(tf.python_io.tf_record_iterator(str(path))) == [b"abc"]


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 50_003])
def test_sums_of_many_bytes_are_those_of_one_by_one(size, monkeypatch):
    data = rng.bytes(size)
    in_lanes = records.crc32c(data)
    monkeypatch.setattr(records, "_MANY", 2**40)
    assert in_lanes == records.crc32c(data)


@pytest.mark.parametrize("place", [0, 9, 13, -1])
def test_a_damaged_file_is_said(tmp_path, place):
    path = tmp_path / "some.tfrecord"
    with tf.io.TFRecordWriter(path) as writer:
        writer.write(b"sun and sea")
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    for damaged in (data, path.read_bytes()[:-2]):
        path.with_suffix(".bad").write_bytes(damaged)
        with pytest.raises(tf.errors.DataLossError, match="damaged at record 0"):
            list(tf.data.TFRecordDataset(str(path.with_suffix(".bad"))))


WRONG = {
    "missing": ({"z": tf.io.FixedLenFeature([], tf.int64)}, "'z' is required"),
    "kind": ({"y": tf.io.FixedLenFeature([], tf.float32)}, "is a int64_list"),
    "shape": ({"x": tf.io.FixedLenFeature([3], tf.float32)}, "2 values, which are not of shape"),
    "dtype": ({"y": tf.io.FixedLenFeature([], tf.int32)}, "string, float32 and int64"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_an_example_does_not_hold(case):
    spec, words = WRONG[case]
    with pytest.raises(ValueError, match=words):
        tf.io.parse_single_example(example().SerializeToString(), spec)
    with pytest.raises(TypeError, match="expected bytes"):
        tf.train.BytesList(value=["text"])
    with pytest.raises(TypeError, match="expected int"):
        tf.train.Int64List(value=[1.5])
