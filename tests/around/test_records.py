"""MLflow and Weights & Biases keep a record of a training, by their own hooks and by a callback.

`hatch run bench:around` runs these; nothing leaves the machine. Each script is one of a user, in a
process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MODEL = """
import numpy as np

x = np.random.default_rng(0).random((64, 4), "float32")
y = (x[:, 0] > 0.5).astype("int32")
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
"""

READ = """
import json
model_history = history.history
kept = mlflow.get_run(run.info.run_id).data
print(json.dumps([kept.metrics, kept.params, model_history]))
"""

AUTOLOG = f"""
import keras
import mlflow
{MODEL}
mlflow.keras.autolog(log_models=False)
with mlflow.start_run() as run:
    history = model.fit(x, y, epochs=2, validation_split=0.25, verbose=0)
{READ}
"""

CALLBACK = f"""
import mlflow
from cornu import callbacks, keras
{MODEL}

class Recorded(callbacks.Callback):
    def __init__(self, log):
        super().__init__()
        self.log = log

    def on_epoch_end(self, epoch, logs=None):
        self.log(logs, step=epoch)


with mlflow.start_run() as run:
    mlflow.log_params(model.optimizer.get_config())
    history = model.fit(
        x, y, epochs=2, validation_split=0.25, verbose=0, callbacks=[Recorded(mlflow.log_metrics)]
    )
{READ}
"""

WANDB = f"""
import json
import wandb
from tensorflow import keras
from wandb.integration.keras import WandbMetricsLogger
{MODEL}
with wandb.init(project="digits", mode="offline", settings=wandb.Settings(silent=True)) as run:
    history = model.fit(x, y, epochs=2, validation_split=0.25, verbose=0,
                        callbacks=[WandbMetricsLogger()])
    kept = {{name.removeprefix("epoch/"): value for name, value in dict(run.summary).items()}}
print(json.dumps([kept, {{"learning_rate": str(kept["learning_rate"])}}, history.history]))
"""

SCRIPTS = {
    "MLflow's autologging": (AUTOLOG, ["-m", "cornu", "--dialect", "keras3"]),
    "a callback for MLflow": (CALLBACK, []),
    "a callback of Weights & Biases": (WANDB, ["-m", "cornu"]),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_record_holds_the_last_epoch_and_the_rate(name: str, tmp_path: Path) -> None:
    text, how = SCRIPTS[name]
    script = tmp_path / "train.py"
    script.write_text(text)
    done = subprocess.run(
        [sys.executable, *how, str(script)],
        cwd=tmp_path,
        env={
            **os.environ,
            "MLFLOW_TRACKING_URI": (tmp_path / "records").as_uri(),
            "MLFLOW_ALLOW_FILE_STORE": "true",
        },
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    kept, settings, history = json.loads(done.stdout.splitlines()[-1])
    last = {name: values[-1] for name, values in history.items()}
    assert set(last) == {"accuracy", "loss", "val_accuracy", "val_loss"}
    assert {name: kept[name] for name in last} == pytest.approx(last)
    assert any("learning_rate" in name and "0.001" in said for name, said in settings.items())
