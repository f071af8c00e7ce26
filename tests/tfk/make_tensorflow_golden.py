"""Write what TensorFlow makes of the calls in `cases.py`: run with an environment that has it.

hatch run tfk:python tests/tfk/make_tensorflow_golden.py
"""

import json
import runpy
from pathlib import Path

import numpy as np
import tensorflow as tf

HERE = Path(__file__).parents[1] / "compat" / "tensorflow"


def main() -> None:
    """Evaluate all cases and write the file."""
    found = runpy.run_path(str(HERE / "cases.py"))
    given = {
        k: tf.constant(v) if isinstance(v, np.ndarray) else v for k, v in found["GIVEN"].items()
    }
    golden = {}
    for case in found["CASES"]:
        value = np.asarray(eval(case, {"tf": tf, **given}))
        numbers = [float(f"{v:.6g}") for v in value.reshape(-1).astype("float64")]
        if value.dtype.kind in "iub":
            numbers = [int(v) for v in numbers]
        golden[case] = [value.dtype.name, list(value.shape), numbers]
    text = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in golden.items())
    HERE.joinpath("golden.json").write_text("{\n" + text + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
