"""A callback: Python that runs between the steps of training."""

import time

from cornu.base import Callback


class TimeBudget(Callback):
    """Stop training at the end of the epoch in which a number of seconds has passed.

    Parameters
    ----------
    seconds : float
        The budget.
    """

    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    def on_train_begin(self, logs=None):
        self.end = time.monotonic() + self.seconds

    def on_epoch_end(self, epoch, logs=None):
        if time.monotonic() >= self.end:
            self.model.stop_training = True
