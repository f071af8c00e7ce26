"""Write the exported files of a release: `python -m tests.exported.make`.

They stay for good, those of each version of the format: every later release must serve them with
the results that stand beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import cornu
from cornu import layers as L
from cornu import ops
from cornu_export.file import VERSION

FOLDER = Path(__file__).parents[2] / "packages/export/tests/golden"


class Decay(L.Layer):
    """A loop of one's own: each step adds to what is left of the last."""

    def call(self, inputs: Any) -> Any:
        rows = ops.transpose(inputs, (1, 0, 2))
        state, _ = ops.scan(lambda s, row: (ops.tanh(0.5 * s + row), s), rows[0], rows)
        return state


MODELS: dict[str, Callable[[], list[Any]]] = {
    "dense": lambda: [
        cornu.Input((5,)),
        L.Dense(6, activation="gelu"),
        L.BatchNormalization(),
        L.Dropout(0.5),
        L.Dense(3, activation="softmax"),
    ],
    "conv": lambda: [
        cornu.Input((8, 8, 2)),
        L.Conv2D(4, 3, strides=2, padding="same", activation="relu"),
        L.DepthwiseConv2D(2),
        L.MaxPooling2D(),
        L.Flatten(),
        L.Dense(2),
    ],
    "lstm": lambda: [cornu.Input((None, 3)), L.LSTM(4, return_sequences=True), L.GRU(2)],
    "embedding": lambda: [
        cornu.Input((None,), dtype="int32"),
        L.Embedding(9, 4, mask_zero=True),
        L.LSTM(3),
        L.Dense(1, activation="sigmoid"),
    ],
    "scan": lambda: [cornu.Input((None, 3)), Decay(), L.Dense(2)],
}


def batch_of(name: str) -> np.ndarray:
    """Return some rows for a model, the same each time."""
    random = np.random.default_rng(0)
    if name == "embedding":
        return random.integers(0, 9, (4, 6)).astype("int32")
    shape = {"dense": (5,), "several": (5,), "conv": (8, 8, 2)}.get(name, (6, 3))
    return random.normal(size=(4, *shape)).astype("float32")


def main() -> None:
    """Write one file of each kind, and what each computes."""
    folder = FOLDER / f"cornu-{cornu.__version__}-version-{VERSION}"
    folder.mkdir(exist_ok=True)
    found = {}
    for name, layers in MODELS.items():
        cornu.set_seed(0)
        model = cornu.Sequential(layers(), name=name)
        model.export(folder / f"{name}.cornu", verbose=False)
        found[f"{name}.x"] = batch_of(name)
        found[f"{name}.serve"] = model.predict(found[f"{name}.x"], verbose=0)
    cornu.set_seed(0)
    model = cornu.Sequential(MODELS["dense"](), name="several")
    archive = cornu.export.ExportArchive(name="several")
    archive.track(model)
    signature = [cornu.InputSpec(shape=(None, 5), dtype="float32")]
    found["several.x"] = batch_of("several")
    ends = {"serve": model, "score": lambda x: ops.max(model(x), axis=-1)}
    for end, function in ends.items():
        archive.add_endpoint(end, function, input_signature=signature)
        found[f"several.{end}"] = np.asarray(function(found["several.x"]))
    archive.write_out(folder / "several.cornu", verbose=False)
    np.savez_compressed(folder / "values.npz", **found)


if __name__ == "__main__":
    main()
