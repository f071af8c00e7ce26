"""A layer in plain operators: its derivative, config and saved form come from Cornu."""

from cornu import ops
from cornu.base import Layer
from cornu.plugins import registry


class FeatureGate(Layer):
    """Scale each feature by a learned gate between 0 and 1: ``x * sigmoid(gate)``.

    Parameters
    ----------
    initializer : str or initializer
        How the gates start; at ``"zeros"`` every gate is half open.
    """

    def __init__(self, initializer="zeros", **kwargs):
        super().__init__(**kwargs)
        self.initializer = registry.get("initializer", initializer)

    def build(self, input_shape):
        self.gate = self.add_weight(
            shape=(input_shape[-1],), initializer=self.initializer, name="gate"
        )

    def call(self, inputs):
        return inputs * ops.sigmoid(self.gate)
