"""TensorFlow's functions give TensorFlow's numbers: `golden.json` was made by it."""

import json
import re
import runpy
from pathlib import Path

import cornu.compat.tensorflow as tf
import numpy as np
import pytest
from cornu.compat.tensorflow import image

from cornu_keras.compat.tensorflow.rows import functions

HERE = Path(__file__).parent
GOLDEN = json.loads(HERE.joinpath("golden.json").read_text(encoding="utf-8"))
FOUND = runpy.run_path(str(HERE / "cases.py"))
GIVEN = {k: tf.constant(v) if isinstance(v, np.ndarray) else v for k, v in FOUND["GIVEN"].items()}
BY_CHANCE = re.compile(
    r"random|dropout|shuffle|truncated_normal|poisson|sampler|binomial|fold_in|split$"
)
NO_NUMBERS = {"broadcast_static_shape", "decode_image", "decode_jpeg", "decode_png"}
NO_NUMBERS |= {"decode_bmp", "decode_gif", "encode_png", "encode_jpeg", "set_random_seed"}


@pytest.mark.parametrize("case", FOUND["CASES"])
def test_as_tensorflow(case):
    dtype, shape, numbers = GOLDEN[case]
    result = np.asarray(eval(case, {"tf": tf, **GIVEN}))
    wanted = np.array(numbers, dtype).reshape(shape)
    assert (result.dtype.name, result.shape) == (dtype, wanted.shape)
    np.testing.assert_allclose(result, wanted, 2e-5, 2e-6)


def test_every_row_of_the_tables_has_a_case():
    call = re.compile(r"tf\.(?:compat\.v1\.)?([\w.]+)\(")
    called = {name for case in FOUND["CASES"] for name in call.findall(case)}
    same = {}
    for module, names in functions().items():
        for name, function in names.items():
            same.setdefault(id(function), []).append(f"{module}.{name}".lstrip("."))
    rows = [*same.values(), *([f"image.{name}"] for name in image.FUNCTIONS)]
    without = [
        row
        for row in rows
        if not called & set(row)
        and not BY_CHANCE.search(row[0])
        and row[0].rpartition(".")[2] not in NO_NUMBERS
    ]
    assert not without
