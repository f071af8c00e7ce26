"""Tables of mixed columns: what Keras 3.15.1 makes of them, crossings, files and errors."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu.errors import BadFileError, DataError
from cornu.utils import FeatureSpace

TABLE = {
    "age": np.array([20.0, 40.0, 35.0, 61.0]),
    "city": np.array(["Rome", "Oslo", "Rome", "Bonn"]),
    "zip": np.array([10, 20, 10, 30]),
    "id": np.array(["a", "b", "c", "d"]),
    "score": np.array([0.1, 0.9, 0.4, 0.7]),
    "n": np.array([1, 2, 3, 4]),
    "raw": np.array([1.0, 2.0, 3.0, 4.0]),
}
EXPECTED = [
    [
        -1.2942999601364136,
        0,
        1,
        0,
        0,
        0,
        0,
        0,
        1,
        0,
        0,
        0,
        0,
        1,
        1,
        1,
        0,
        0,
        0,
        1,
        0,
        0,
        0,
        0,
        0,
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        1,
    ],
    [
        0.06809999793767929,
        0,
        0,
        1,
        0,
        0,
        0,
        1,
        0,
        0,
        0,
        0,
        0,
        1,
        2,
        0,
        0,
        1,
        0,
        0,
        0,
        1,
        0,
        0,
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        1,
        0,
    ],
    [
        -0.27250000834465027,
        0,
        1,
        0,
        0,
        1,
        0,
        0,
        0,
        0,
        1,
        0,
        0,
        0,
        3,
        0,
        1,
        0,
        0,
        1,
        0,
        0,
        0,
        0,
        0,
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        1,
        0,
    ],
    [
        1.4986000061035156,
        0,
        0,
        0,
        1,
        0,
        1,
        0,
        0,
        0,
        0,
        0,
        1,
        0,
        4,
        0,
        0,
        1,
        0,
        0,
        1,
        0,
        0,
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        1,
        0,
        0,
        0,
        0,
    ],
]


def space(output_mode):
    made = FeatureSpace(
        {
            "age": "float_normalized",
            "city": "string_categorical",
            "zip": "integer_categorical",
            "id": "string_hashed",
            "n": FeatureSpace.integer_hashed(num_bins=5),
            "score": FeatureSpace.float_discretized(num_bins=3),
            "raw": "float",
        },
        crosses=[("city", "zip"), FeatureSpace.cross(("id", "n"), 7)],
        crossing_dim=6,
        hashing_dim=4,
        output_mode=output_mode,
    )
    made.adapt(TABLE)
    return made


def test_a_table_becomes_what_keras_makes_of_it():
    whole = space("concat")(TABLE)
    assert whole.dtype == np.float32
    np.testing.assert_allclose(whole, EXPECTED, atol=1e-4)
    row = space("concat")({name: column[1] for name, column in TABLE.items()})
    np.testing.assert_array_equal(row, whole[1])


def test_a_dictionary_has_the_columns_and_the_crossings():
    parts = space("dict")(TABLE)
    assert list(parts) == ["age", "city", "id", "n", "raw", "score", "zip", "city_X_zip", "id_X_n"]
    np.testing.assert_allclose(np.concatenate(list(parts.values()), axis=1), EXPECTED, atol=1e-4)
    assert parts["city_X_zip"].shape == (4, 6)


def test_it_learns_from_batches_and_stays_in_a_file(tmp_path):
    made, whole = space("concat"), space("concat")
    rows = [{name: column[i : i + 2] for name, column in TABLE.items()} for i in (0, 2)]
    made.adapt(iter(rows))
    np.testing.assert_allclose(made(TABLE), whole(TABLE), atol=1e-6)
    made.save(tmp_path / "space.json")
    again = FeatureSpace.load(tmp_path / "space.json")
    np.testing.assert_allclose(again(TABLE), made(TABLE), rtol=1e-6)
    made.save(tmp_path / "space.keras")
    for read in (FeatureSpace.load, cornu.models.load_model):
        np.testing.assert_array_equal(read(tmp_path / "space.keras")(TABLE), made(TABLE))
    cornu.saving.save_model(cornu.layers.Normalization(axis=None), tmp_path / "other.keras")
    with pytest.raises(BadFileError, match="holds no FeatureSpace"):
        FeatureSpace.load(tmp_path / "other.keras")
    (tmp_path / "space.json").write_text("[]")
    with pytest.raises(BadFileError):
        FeatureSpace.load(tmp_path / "space.json")


def test_a_model_is_built_on_its_encoded_features():
    made = space("concat")
    inputs = made.get_encoded_features()
    assert inputs.shape == (None, made(TABLE).shape[1])
    outputs = cornu.layers.Normalization(mean=0.0, variance=1.0, axis=None)(inputs)
    model = cornu.Model(inputs, outputs)
    np.testing.assert_allclose(model.predict(made(TABLE), verbose=0), made(TABLE), rtol=1e-6)
    assert {n: t.shape for n, t in space("dict").get_encoded_features().items()}["n"] == (None, 5)
    table = {name: np.reshape(column, (-1, 1)) for name, column in TABLE.items()}
    whole = cornu.Model(made.get_inputs(), outputs)
    np.testing.assert_allclose(whole.predict(table, verbose=0), made(TABLE), rtol=1e-6)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: FeatureSpace({}), "features is empty"),
        (lambda: FeatureSpace({"a": "floats"}), "Did you mean 'float'"),
        (lambda: FeatureSpace({"a": "float"}, output_mode="list"), "output_mode='list'"),
        (lambda: FeatureSpace({"a": "float"}, crosses=[("a", "b")]), "crosses names 'b'"),
        (lambda: FeatureSpace({"a": "float"})([1.0]), "dictionary of columns"),
        (lambda: FeatureSpace({"a": "float"})({"b": [1.0]}), "no column 'a'"),
        (lambda: FeatureSpace({"a": "float_normalized"})({"a": [1.0]}), r"adapt\(table\)"),
        (
            lambda: FeatureSpace({"a": "float", "b": "float"})({"a": [1.0], "b": [1.0, 2.0]}),
            "differ in length",
        ),
        (
            lambda: FeatureSpace({"a": FeatureSpace.integer_hashed(3, output_mode="int")})(
                {"a": [1]}
            ),
            "'a' are integers",
        ),
        (lambda: FeatureSpace.feature("int32", None, "two_hot"), "output_mode='two_hot'"),
    ],
)
def test_errors_name_the_column(action, message):
    with pytest.raises(DataError, match=message):
        action()


def test_bins_that_no_value_fell_into_have_columns_too():
    space = FeatureSpace({"score": "float_discretized"}, num_discretization_bins=9)
    space.adapt({"score": TABLE["score"]})
    assert space({"score": TABLE["score"]}).shape == (4, 9)


def test_adapting_again_learns_anew():
    space = FeatureSpace({"city": "string_categorical", "score": "float_discretized"})
    space.adapt([{"city": "Rome", "score": 0.5}])  # single rows are batches too
    space.adapt({"city": TABLE["city"], "score": TABLE["score"]})
    assert set(space.preprocessors["city"].get_vocabulary()) == {"[UNK]", "Rome", "Oslo", "Bonn"}
    assert len(space.preprocessors["score"].bin_boundaries) == 3


def test_what_was_given_need_not_be_learned():
    words = cornu.layers.TextVectorization(vocabulary=["so", "good"], output_sequence_length=3)
    scale = cornu.layers.Normalization(mean=2.0, variance=4.0)
    space = FeatureSpace(
        {
            "text": FeatureSpace.feature("string", words, "int"),
            "raw": FeatureSpace.feature("float32", scale, "float"),
        },
        output_mode="dict",
    )
    found = space({"text": ["so good", "no"], "raw": [2.0, 6.0]})
    np.testing.assert_array_equal(found["text"], [[2, 3, 0], [1, 0, 0]])
    np.testing.assert_array_equal(found["raw"], [[0.0], [2.0]])
