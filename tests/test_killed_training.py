"""A training that is killed again and again, at random moments, ends as one that is not."""

import random
import subprocess
import sys
import time

import pytest

SCRIPT = """
import hashlib, random, sys, time
import numpy as np
import cornu
from cornu import callbacks, layers, optimizers, utils

source, save_freq, folder = sys.argv[1:]
cornu.set_seed(7)
np.random.seed(3)
draw = np.random.default_rng(0)
x = draw.normal(size=(96, 6)).astype("float32")
y = x[:, :1] * 2 + draw.normal(size=(96, 1)).astype("float32")


class Rows(utils.Sequence):
    def __init__(self):
        super().__init__()
        self.order = np.arange(96)

    def __len__(self):
        return 6

    def __getitem__(self, index):
        rows = self.order[index * 16 : index * 16 + 16]
        return x[rows] + np.random.normal(size=(16, 6)), y[rows]

    def on_epoch_end(self):
        np.random.shuffle(self.order)


class Slow(callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        time.sleep(0.01)
        print("step", flush=True)


model = cornu.Sequential(
    [
        layers.Input((6,)),
        layers.Dense(8, activation="relu"),
        layers.BatchNormalization(),
        layers.Dropout(0.3),
        layers.Dense(1),
    ]
)
model.compile(optimizers.Adam(0.01, use_ema=True), "mse", metrics=["mae"])
freq = save_freq if save_freq == "epoch" else int(save_freq)
data = {"batch_size": 16} if source == "arrays" else {}
model.fit(
    *((x, y) if source == "arrays" else (Rows(),)),
    epochs=5,
    verbose=0,
    validation_data=(x, y),
    callbacks=[
        callbacks.BackupAndRestore(folder, save_freq=freq),
        Slow(),
        callbacks.ReduceLROnPlateau(patience=1, min_delta=10.0),
    ],
    **data,
)
state = b"".join(w.tobytes() for w in [*model.get_weights(), *model.optimizer.get_weights()])
print("weights", hashlib.sha256(state).hexdigest())
"""


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize(("source", "save_freq"), [("arrays", 1), ("arrays", "epoch"), ("rows", 4)])
def test_a_killed_training_goes_on(source, save_freq, tmp_path):
    whole = start(source, save_freq, tmp_path / "whole").communicate(timeout=60)[0].split()[-1]
    moments = random.Random(f"{source} {save_freq}")
    kills = 0
    while True:
        process = start(source, save_freq, tmp_path / "parts")
        if kills < 3:
            for _ in range(moments.randint(1, 12)):
                process.stdout.readline()
            time.sleep(moments.uniform(0, 0.02))  # anywhere in a step, or while a file is written
            process.kill()
            process.communicate()
            kills += 1
        else:
            assert process.communicate(timeout=60)[0].split()[-1] == whole
            return
