"""Optimizers: one update rule, for one weight or for all of them at once."""

from cornu import ops
from cornu.base import Optimizer
from cornu.base.file_slots import FileSlots


class SignSGD(Optimizer):
    """Step by the sign of the gradient alone: ``w - learning_rate * sign(gradient)``.

    Bernstein et al., "signSGD: Compressed Optimisation for Non-Convex Problems", 2018.
    """

    elementwise = True  # each number is updated by itself, so all weights may run as one array

    def __init__(self, learning_rate=0.001, name="sign_sgd", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)

    def update_step(self, gradient, variable, learning_rate):
        self.assign_sub(variable, learning_rate * ops.sign(gradient))


class Signum(Optimizer):
    """Step by the sign of the mean gradient, ``m = beta m + (1 - beta) gradient`` (same paper).

    Parameters
    ----------
    learning_rate : float
    beta : float
        How much of the mean stays at each step.
    """

    elementwise = True
    slots = ("momentum",)  # kept of each weight, and saved with the model
    file_slots = FileSlots(blocks=slots)  # the order in which files of Keras 2 keep them

    def __init__(self, learning_rate=0.0001, beta=0.9, name="signum", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.beta = beta

    def update_step(self, gradient, variable, learning_rate):
        mean = self.slot("momentum", variable)
        new = self.beta * mean + (1.0 - self.beta) * gradient
        self.assign(mean, new)
        self.assign_sub(variable, learning_rate * ops.sign(new))
