"""Pictures in files that a data frame lists."""

import numpy as np
import pytest
from PIL import Image

from cornu.errors import DataError
from cornu_preprocessing import image


@pytest.fixture
def frame(folder):
    pandas = pytest.importorskip("pandas", reason="frames are made by pandas")
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.png"))
    return pandas.DataFrame(
        {
            "filename": names,
            "class": [name[:4] for name in names],
            "many": [[name[:4], "all"] for name in names],
            "age": np.arange(9.0),
            "size": np.arange(9) * 2,
        }
    )


def from_frame(frame, folder, **kwargs):
    kwargs = {"target_size": (6, 5), "batch_size": 9, "shuffle": False, **kwargs}
    return image.ImageDataGenerator(validation_split=0.4).flow_from_dataframe(
        frame, folder, **kwargs
    )


def test_a_frame(frame, folder, capsys):
    batches = from_frame(frame, folder, weight_col="age")
    assert "Found 9 validated image filenames belonging to 3 classes." in capsys.readouterr().out
    x, y, w = batches[0]
    np.testing.assert_array_equal(y, np.eye(3)[[0] * 4 + [1] * 3 + [2] * 2])
    np.testing.assert_array_equal(w, np.arange(9.0))
    expected = Image.open(folder / frame["filename"][3]).resize((5, 6), 0)
    np.testing.assert_array_equal(x[3], np.asarray(expected))


@pytest.mark.parametrize(
    ("kwargs", "check"),
    [
        ({"class_mode": "sparse"}, lambda y: y.tolist() == [0] * 4 + [1] * 3 + [2] * 2),
        ({"y_col": "many"}, lambda y: (y.sum(1) == 2).all() and (y[:, 0] == 1).all()),
        ({"y_col": "age", "class_mode": "raw"}, lambda y: y.tolist() == list(range(9))),
        ({"y_col": ["age", "size"], "class_mode": "raw"}, lambda y: y.shape == (9, 2)),
        (
            {"y_col": ["age", "size"], "class_mode": "multi_output"},
            lambda y: [len(part) for part in y] == [9, 9],
        ),
        ({"class_mode": "input"}, lambda y: y.shape == (9, 6, 5, 3)),
        ({"classes": ["emus", "dogs"], "class_mode": "binary"}, lambda y: sum(y) == 3),
        ({"y_col": "many", "classes": ["all"]}, lambda y: y.shape == (9, 1)),
    ],
)
def test_targets_of_frames(frame, folder, kwargs, check):
    assert check(from_frame(frame, folder, **kwargs)[0][1])


def test_frames_leave_out_missing_files(frame, folder):
    frame.loc[2, "filename"] = "cats/gone.png"
    with pytest.warns(UserWarning, match="1 rows are left out.*'cats/gone.png'"):
        assert from_frame(frame, folder).samples == 8
    unchecked = from_frame(frame, folder, validate_filenames=False)
    with pytest.raises(FileNotFoundError):
        unchecked[0]


def test_subsets_and_skipping_of_frames(frame, broken):
    parts = []
    for subset in ("training", "validation"):
        with pytest.warns(UserWarning, match="left out"):
            parts.append(from_frame(frame, broken, subset=subset, on_error="skip"))
    training, validation = parts
    assert training.samples + validation.samples == 7
    assert not set(training.filenames) & set(validation.filenames)


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"x_col": "file"}, DataError, "no column 'file'"),
        ({"y_col": "age"}, TypeError, "class names, or lists of them; row 0 is 0.0"),
        ({"y_col": "age", "class_mode": "multi_output"}, TypeError, "needs y_col=\\[…\\]"),
        ({"class_mode": "binary"}, DataError, "2 classes, and there are 3"),
        ({"weight_col": "class"}, TypeError, "must be numbers"),
        ({"shufle": True}, TypeError, "no argument 'shufle'"),
    ],
)
def test_what_is_wrong_with_frames(frame, folder, kwargs, error, message):
    with pytest.raises(error, match=message):
        from_frame(frame, folder, **kwargs)
