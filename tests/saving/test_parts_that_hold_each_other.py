"""Models whose parts hold each other, or the model: summaries, and files of weights."""

from __future__ import annotations

import numpy as np

import cornu
from cornu import layers

X = np.ones((2, 5), "float32")


class Knows(layers.Dense):
    """A layer that holds another for itself."""


class Whole(cornu.Model):
    def __init__(self):
        super().__init__()
        self.members = [Knows(5), Knows(5)]
        self.members[0].other, self.members[1].other = self.members[1], self.members[0]
        self.members[1].parent = self
        self.me = self

    def call(self, inputs):
        for member in self.members:
            inputs = member(inputs)
        return inputs


def test_a_summary_ends_and_weights_go_to_a_file_and_back(tmp_path):
    model = Whole()
    model(X)
    lines = []
    model.summary(print_fn=lines.append)
    assert "Total params: 60" in "".join(lines)
    model.save_weights(tmp_path / "a.weights.h5")
    other = Whole()
    other(X)
    other.load_weights(tmp_path / "a.weights.h5")
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
