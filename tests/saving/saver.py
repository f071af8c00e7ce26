"""A process whose children save a model over and over, to be killed while they do.

It reads the path of the file and prints how many seconds a save takes; for each further line it
forks a child and prints its number. A
child saves models whose weights all hold one number, 0, 1, 2, …, until it is killed.
"""

from __future__ import annotations

import os
import sys
import time

import numpy as np

import cornu
from cornu import layers


def a_model():
    return cornu.Sequential(
        [cornu.Input((16,)), layers.Dense(64, name="a"), layers.Dense(16, name="b")], name="m"
    )


def save(model, path, number):
    model.set_weights([np.full(w.shape, number, w.dtype) for w in model.get_weights()])
    model.save(path)


def save_forever(model, path):
    save(model, path, 1)
    print("saving", flush=True)
    for number in range(2, 1_000_000):
        save(model, path, number)


def main():
    path = sys.stdin.readline().strip()
    model = a_model()
    save(model, path, 0)
    start = time.perf_counter()
    save(model, path, 0)
    print(time.perf_counter() - start, flush=True)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            print(os.getpid(), flush=True)
            save_forever(model, path)
        os.waitpid(child, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    main()
