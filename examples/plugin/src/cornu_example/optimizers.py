"""An optimizer: one update rule, for one weight or for all of them at once."""

from cornu import ops
from cornu.base import Optimizer


class SignSGD(Optimizer):
    """Step by the sign of the gradient alone: ``w - learning_rate * sign(gradient)``.

    Bernstein et al., "signSGD: Compressed Optimisation for Non-Convex Problems", 2018.
    """

    elementwise = True  # each number is updated by itself, so all weights may run as one array

    def __init__(self, learning_rate=0.001, name="sign_sgd", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)

    def update_step(self, gradient, variable, learning_rate):
        self.assign_sub(variable, learning_rate * ops.sign(gradient))
