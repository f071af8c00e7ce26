"""Layers in plain operators: their derivatives, configs and saved forms come from Cornu."""

from cornu import ops
from cornu.base import Layer
from cornu.plugins import registry
from cornu_example.operations import squared_distances


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


class Prototypes(Layer):
    """Minus the squared distance to each of some learned points: logits of a nearest-point rule.

    Parameters
    ----------
    units : int
        How many points.
    initializer : str or initializer
        Where they start.
    """

    def __init__(self, units, initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.initializer = registry.get("initializer", initializer)

    def build(self, input_shape):
        self.points = self.add_weight(
            shape=(self.units, input_shape[-1]), initializer=self.initializer, name="points"
        )

    def call(self, inputs):
        return -squared_distances(inputs, self.points)

    def from_file_layout(self, arrays):
        """Take points that a file holds as columns, as a matrix of Keras 2 would hold them."""
        return [points.T if points.shape != self.points.shape else points for points in arrays]
