"""A loss: a value per sample, and what targets it takes."""

from cornu.ops.targets import ClassNumbers, takes

from cornu import ops
from cornu.base.loss import LossFunctionWrapper


@takes(ClassNumbers(instead="loss='categorical_focal_crossentropy'"))
def sparse_focal_crossentropy(y_true, y_pred, gamma=2.0):
    """``-(1 - p) ** gamma * log(p)``, where p is the probability given to the right class.

    Lin et al., "Focal Loss for Dense Object Detection", 2017, for targets that are class numbers.
    As the decorator says so, `fit` refuses one-hot targets, and classes that the model does not
    have, in words.
    """
    surprise = ops.sparse_categorical_crossentropy(y_true, y_pred)
    return (1.0 - ops.exp(-surprise)) ** gamma * surprise


class SparseFocalCrossentropy(LossFunctionWrapper):
    """The loss as a class, with its argument in a saved model.

    Parameters
    ----------
    gamma : float
        How little samples count that are right already; 0 is the crossentropy.
    """

    def __init__(
        self, gamma=2.0, reduction="sum_over_batch_size", name="sparse_focal_crossentropy"
    ):
        super().__init__(sparse_focal_crossentropy, reduction, name, gamma=gamma)
