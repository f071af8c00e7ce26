"""Mistakes in settings of callbacks, metrics, optimizers and layers: a table as in `mistakes`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.beginners.later_mistakes import stack, stopped
from tests.beginners.mistakes import Mistake, X, Y, compiled, fit, net

BOTH = (Y > 0).astype("float32")


def called(k: Any, callback: Any) -> Any:
    """Train with a callback."""
    return fit(k, callbacks=[callback])


def plateau(k: Any, **options: Any) -> Any:
    """Train with a learning rate that falls on a plateau."""
    return called(k, k.callbacks.ReduceLROnPlateau("loss", **options))


def sgd(k: Any, **options: Any) -> Any:
    """Train by SGD with these options."""
    return compiled(k, optimizer=k.optimizers.SGD(**options))


def decaying(k: Any, name: str, *given: Any) -> Any:
    """Train by SGD with a schedule."""
    return sgd(k, learning_rate=getattr(k.optimizers.schedules, name)(*given))


def yes_or_no(k: Any, **options: Any) -> Any:
    """Train a model of one probability."""
    return net(k, 1, "sigmoid", **options).fit(X, BOTH, verbose=0)


#: Each with what the answer must hold.
SETTINGS: dict[str, Mistake] = {
    # Callbacks
    "patience='3'": Mistake(lambda k: stopped(k, patience="3"), ("EarlyStopping", "patience=3")),
    "min_delta='0.1'": Mistake(
        lambda k: stopped(k, min_delta="0.1"), ("EarlyStopping", "min_delta=0.1")
    ),
    "baseline='0.1'": Mistake(lambda k: stopped(k, baseline="0.1"), ("baseline=0.1",)),
    "start_from_epoch='2'": Mistake(
        lambda k: stopped(k, start_from_epoch="2"), ("start_from_epoch=2",)
    ),
    "restore_best_weight=": Mistake(
        lambda k: stopped(k, restore_best_weight=True),
        ("EarlyStopping", "'restore_best_weight'", "'restore_best_weights'"),
    ),
    "restore_best_weights='no'": Mistake(
        lambda k: stopped(k, restore_best_weights="no"),
        ("EarlyStopping", "restore_best_weights", "True or False", "'no'"),
    ),
    "factor='0.5'": Mistake(
        lambda k: plateau(k, factor="0.5"), ("ReduceLROnPlateau", "factor=0.5")
    ),
    "factor=10": Mistake(lambda k: plateau(k, factor=10), ("factor", "below 1", "10")),
    "patience='5' of a plateau": Mistake(
        lambda k: plateau(k, patience="5"), ("ReduceLROnPlateau", "patience=5")
    ),
    "min_lr='1e-5'": Mistake(lambda k: plateau(k, min_lr="1e-5"), ("min_lr=1e-05",)),
    "cooldown='1'": Mistake(lambda k: plateau(k, cooldown="1"), ("cooldown=1",)),
    "a checkpoint without a name": Mistake(
        lambda k: k.callbacks.ModelCheckpoint(), ("ModelCheckpoint", "'filepath'")
    ),
    "a checkpoint without an ending": Mistake(
        lambda k: called(k, k.callbacks.ModelCheckpoint("best")), ("'best'", "'best.keras'")
    ),
    "save_freq='batch'": Mistake(
        lambda k: k.callbacks.ModelCheckpoint("m.keras", save_freq="batch"),
        ("save_freq", "'epoch'", "'batch'"),
    ),
    "a field that no log has": Mistake(
        lambda k: called(k, k.callbacks.ModelCheckpoint("{val_los:.2f}.keras")),
        ("'val_los'", "loss"),
    ),
    "a schedule that is a number": Mistake(
        lambda k: called(k, k.callbacks.LearningRateScheduler(0.1)),
        ("LearningRateScheduler", "lambda epoch: 0.1", "learning_rate"),
    ),
    "a schedule without return": Mistake(
        lambda k: called(k, k.callbacks.LearningRateScheduler(lambda epoch: None)),
        ("return a float", "None"),
    ),
    "a schedule of text": Mistake(
        lambda k: called(k, k.callbacks.LearningRateScheduler(lambda epoch: "0.1")),
        ("return a float", "'0.1'"),
    ),
    "on_epoch_end='print'": Mistake(
        lambda k: called(k, k.callbacks.LambdaCallback(on_epoch_end="print")),
        ("LambdaCallback", "on_epoch_end=lambda epoch, logs:"),
    ),
    "on_epoch_ends=": Mistake(
        lambda k: k.callbacks.LambdaCallback(on_epoch_ends=print),
        ("'on_epoch_ends'", "'on_epoch_end'"),
    ),
    "histogram_freq='1'": Mistake(
        lambda k: called(k, k.callbacks.TensorBoard(histogram_freq="1")),
        ("TensorBoard", "histogram_freq=1"),
    ),
    # Metrics
    "AUC of class numbers": Mistake(
        lambda k: compiled(k, metrics=["AUC"]), ("AUC", "(24,)", "(24, 3)", "to_categorical(y, 3)")
    ),
    "precision of class numbers": Mistake(
        lambda k: compiled(k, metrics=["precision"]), ("Precision", "to_categorical(y, 3)")
    ),
    "false negatives of class numbers": Mistake(
        lambda k: compiled(k, metrics=["FalseNegatives"]), ("FalseNegatives", "(24, 3)")
    ),
    "F1Score of class numbers": Mistake(
        lambda k: compiled(k, metrics=[k.metrics.F1Score()]), ("F1Score", "(24,)", "(24, 3)")
    ),
    "num_thresholds='10'": Mistake(
        lambda k: k.metrics.AUC(num_thresholds="10"), ("AUC", "num_thresholds=10")
    ),
    "num_thresholds=1": Mistake(
        lambda k: k.metrics.AUC(num_thresholds=1), ("num_thresholds", "more than 1")
    ),
    "curve='roc curve'": Mistake(lambda k: k.metrics.AUC(curve="roc curve"), ("curve", "ROC, PR")),
    "thresholds='0.5'": Mistake(
        lambda k: k.metrics.Precision(thresholds="0.5"), ("Precision", "thresholds=0.5")
    ),
    "thresholds=50": Mistake(lambda k: k.metrics.Precision(thresholds=50), ("[0, 1]", "50")),
    "MeanIoU('3')": Mistake(lambda k: k.metrics.MeanIoU("3"), ("MeanIoU", "num_classes=3")),
    "a class that IoU has not": Mistake(
        lambda k: k.metrics.IoU(2, target_class_ids=[5]).update_state([0, 1], [0, 1]),
        ("class 5", "0 to 1"),
    ),
    "k='5'": Mistake(
        lambda k: compiled(k, metrics=[k.metrics.SparseTopKCategoricalAccuracy("5")]),
        ("SparseTopKCategoricalAccuracy", "k=5"),
    ),
    "threshold='0.5'": Mistake(
        lambda k: yes_or_no(k, metrics=[k.metrics.BinaryAccuracy(threshold="0.5")]),
        ("BinaryAccuracy", "threshold=0.5"),
    ),
    # Optimizers and schedules
    "clipnorm='1'": Mistake(lambda k: sgd(k, clipnorm="1"), ("SGD", "clipnorm=1.0")),
    "clipnorm and clipvalue": Mistake(
        lambda k: sgd(k, clipnorm=1.0, clipvalue=1.0), ("clipnorm=1.0, clipvalue=1.0",)
    ),
    "weight_decay='1e-4'": Mistake(
        lambda k: sgd(k, weight_decay="1e-4"), ("SGD", "weight_decay=0.0001")
    ),
    "nesterov='yes'": Mistake(lambda k: sgd(k, nesterov="yes"), ("SGD", "nesterov=True")),
    "ema_momentum=99": Mistake(lambda k: sgd(k, use_ema=True, ema_momentum=99), ("[0, 1]", "99")),
    "gradient_accumulation_steps='4'": Mistake(
        lambda k: sgd(k, gradient_accumulation_steps="4"), ("gradient_accumulation_steps=4",)
    ),
    "learning_rate=None": Mistake(
        lambda k: sgd(k, learning_rate=None), ("`learning_rate`", "a number", "None")
    ),
    "a list of learning rates": Mistake(
        lambda k: sgd(k, learning_rate=[0.1, 0.01]), ("LearningRateSchedule", "[0.1, 0.01]")
    ),
    "momentum=9": Mistake(lambda k: sgd(k, momentum=9), ("`momentum`", "[0, 1]", "9")),
    "rho='0.9'": Mistake(
        lambda k: compiled(k, optimizer=k.optimizers.RMSprop(rho="0.9")), ("RMSprop", "rho=0.9")
    ),
    "a schedule from text": Mistake(
        lambda k: decaying(k, "ExponentialDecay", "0.1", 10, 0.9),
        ("ExponentialDecay", "initial_learning_rate=0.1"),
    ),
    "decay_steps='100'": Mistake(
        lambda k: decaying(k, "CosineDecay", 0.1, "100"), ("CosineDecay", "decay_steps=100")
    ),
    "decay_steps=0": Mistake(
        lambda k: decaying(k, "ExponentialDecay", 0.1, 0, 0.9), ("decay_steps", "positive")
    ),
    "half a schedule": Mistake(
        lambda k: decaying(k, "ExponentialDecay", 0.1), ("ExponentialDecay", "decay_steps")
    ),
    "as many values as boundaries": Mistake(
        lambda k: decaying(k, "PiecewiseConstantDecay", [10, 20], [0.1, 0.01]), ("one value more",)
    ),
    # Losses
    "delta='1'": Mistake(
        lambda k: compiled(k, loss=k.losses.Huber(delta="1")), ("Huber", "delta=1.0")
    ),
    "label_smoothing='0.1'": Mistake(
        lambda k: yes_or_no(k, loss=k.losses.BinaryCrossentropy(label_smoothing="0.1")),
        ("BinaryCrossentropy", "label_smoothing=0.1"),
    ),
    "from_logit=": Mistake(
        lambda k: k.losses.SparseCategoricalCrossentropy(from_logit=True),
        ("SparseCategoricalCrossentropy", "'from_logits'"),
    ),
    "reduction='avg'": Mistake(
        lambda k: k.losses.MeanSquaredError(reduction="avg"), ("reduction", "'mean'", "'avg'")
    ),
    "loss_weights='0.5'": Mistake(
        lambda k: compiled(k, loss_weights="0.5"), ("loss_weights='0.5'", "a number")
    ),
    # Layers, regularizers, constraints, initializers
    "GaussianNoise('0.1')": Mistake(
        lambda k: k.layers.GaussianNoise("0.1"), ("GaussianNoise", "stddev=0.1")
    ),
    "LeakyReLU('0.1')": Mistake(
        lambda k: k.layers.LeakyReLU("0.1"), ("LeakyReLU", "negative_slope=0.1")
    ),
    "momentum='0.9' of a layer": Mistake(
        lambda k: k.layers.BatchNormalization(momentum="0.9"),
        ("BatchNormalization", "momentum=0.9"),
    ),
    "epsilon='1'": Mistake(
        lambda k: k.layers.LayerNormalization(epsilon="1"), ("LayerNormalization", "epsilon=1.0")
    ),
    "dropout='0.2'": Mistake(lambda k: k.layers.LSTM(3, dropout="0.2"), ("LSTM", "dropout=0.2")),
    "num_heads='8'": Mistake(
        lambda k: k.layers.MultiHeadAttention("8", 4), ("MultiHeadAttention", "num_heads=8")
    ),
    "use_bias='False'": Mistake(
        lambda k: k.layers.Dense(3, use_bias="False"), ("Dense", "use_bias", "'False'")
    ),
    "RepeatVector('3')": Mistake(lambda k: k.layers.RepeatVector("3"), ("RepeatVector", "n=3")),
    "Masking('0')": Mistake(lambda k: k.layers.Masking("0"), ("Masking", "mask_value=0.0")),
    "L2('0.01')": Mistake(lambda k: k.regularizers.L2("0.01"), ("L2", "l2=0.01")),
    "L1L2(l3=)": Mistake(lambda k: k.regularizers.L1L2(l3=0.1), ("L1L2", "'l3'", "l1, l2")),
    "MaxNorm('2')": Mistake(lambda k: k.constraints.MaxNorm("2"), ("MaxNorm", "max_value=2.0")),
    "stddev='0.1'": Mistake(
        lambda k: k.initializers.RandomNormal(stddev="0.1"), ("RandomNormal", "stddev=0.1")
    ),
    "a norm by NumPy": Mistake(
        lambda k: stack(k, (4,), k.layers.Lambda(lambda x: np.linalg.norm(x))),
        ("np.linalg.norm", "cornu.ops.norm"),
    ),
    # Calls
    "no x": Mistake(lambda k: fit(k, None, Y), ("x is None",)),
    "initial_epoch='1'": Mistake(lambda k: fit(k, initial_epoch="1"), ("initial_epoch=1",)),
    "line_length='80'": Mistake(lambda k: net(k).summary(line_length="80"), ("line_length=80",)),
    "model(x, y)": Mistake(lambda k: net(k)(X, Y), ("training", "fit(x, y)")),
    "train_on_batch(x)": Mistake(lambda k: net(k).train_on_batch(X), ("no y", "(x, y)")),
    "rows of a tensor": Mistake(lambda k: list(k.Input((4,))), ("(None, 4)", "x[:, i]")),
    "a copy of a layer": Mistake(
        lambda k: k.models.clone_model(k.layers.Dense(3)), ("a model", "from_config")
    ),
    "a plot of a text": Mistake(lambda k: k.utils.plot_model("model"), ("a model", "'model'")),
    "to_categorical of words": Mistake(
        lambda k: k.utils.to_categorical(["cat", "dog"]), ("'cat'", "np.unique")
    ),
}
