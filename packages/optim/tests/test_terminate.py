"""TerminateOnNaN: training stops, and the operation at fault is named."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import ops
from cornu_optim.callbacks import TerminateOnNaN
from cornu_optim.optimizers import SGD


def norm(x):
    """Of slope NaN at 0."""
    return ops.sqrt(ops.sum(x * x, axis=-1, keepdims=True))


@pytest.mark.parametrize("eager", [False, True])
@pytest.mark.parametrize(
    ("function", "operation", "value"),
    [
        (lambda x: ops.log(x - 100.0), "log", "NaN"),
        (lambda x: ops.exp(x + 1000.0), "exp", "infinity"),
        (lambda x: 1.0 / (x * 0.0), "div", "infinity"),
    ],
)
def test_the_operation_is_named(function, operation, value, eager, net, rows, capsys):
    terminate = TerminateOnNaN()
    model = net(function=function, run_eagerly=eager)
    model.fit(*rows, batch_size=8, epochs=3, verbose=0, callbacks=[terminate])
    origin = terminate.origin
    assert (origin.operation, origin.layer, origin.value) == (operation, "net/first", value)
    assert capsys.readouterr().out == (
        f"Batch 0: Invalid loss, terminating training. First: {operation} in 'net/first' made "
        f"{value}, shape (8, 4)\n"
    )


def test_bad_weights_are_traced_to_the_step_that_made_them(net, rows):
    x, y = rows
    x = x.copy()
    x[16:24] = 0  # batch 2: the loss is finite, the gradient is not; batch 3 meets weights of NaN
    terminate = TerminateOnNaN()
    model = net(function=norm)
    history = model.fit(x, y, batch_size=8, shuffle=False, verbose=0, callbacks=[terminate])
    assert np.isnan(history.history["loss"][0])
    assert terminate.origin.backward
    assert terminate.origin.layer == "net/first"


def test_an_input_is_named(net, rows):
    x, y = rows
    x = x.copy()
    x[20, 1] = np.nan
    terminate = TerminateOnNaN()
    net().fit(x, y, batch_size=8, shuffle=False, verbose=0, callbacks=[terminate])
    assert str(terminate.origin) == "the input 'x' holds NaN, shape (8, 3)"


def test_steps_too_large_are_found(net, rows):
    terminate = TerminateOnNaN(raise_error=True)
    with pytest.raises(RuntimeError, match=r"after batch \d+\. First: .* made (infinity|NaN)"):
        net(SGD(1e8)).fit(*rows, epochs=40, verbose=0, callbacks=[terminate])


def test_training_is_the_same_with_it(net, rows):
    losses = [
        net("adam").fit(*rows, shuffle=False, epochs=3, verbose=0, callbacks=each).history
        for each in ([], [TerminateOnNaN()])
    ]
    assert losses[0] == losses[1]


def test_several_steps_at_once(net, rows, capsys):
    terminate = TerminateOnNaN()
    model = net(function=lambda x: ops.log(x - 100.0), steps_per_execution=2)
    model.fit(*rows, batch_size=8, verbose=0, callbacks=[terminate])
    assert capsys.readouterr().out == "Batch 1: Invalid loss, terminating training\n"
