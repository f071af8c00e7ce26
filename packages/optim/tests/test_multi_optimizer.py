"""Several optimizers in one."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from cornu import Variable
from cornu_optim.callbacks import LearningRateScheduler, ReduceLROnPlateau, SwapEMAWeights
from cornu_optim.optimizers import (
    SGD,
    Adam,
    LossScaleOptimizer,
    MultiOptimizer,
    OptimizerMap,
)


def pair():
    made = [Variable(np.full(2, value, "float32")) for value in (1.0, 2.0)]
    made[0].path, made[1].path = "encoder/dense/kernel", "head/kernel"
    return made


GRADIENTS = [np.float32([1.0, -2.0]), np.float32([3.0, 0.5])]


@pytest.mark.parametrize("scale", [None, 8.0])
def test_each_weight_has_its_own_rule(scale):
    weights, alone = pair(), pair()
    optimizer = MultiOptimizer(
        OptimizerMap(SGD(0.1, momentum=0.9), {"encoder/.*": Adam(0.01)}), loss_scale_factor=scale
    )
    adam, sgd = Adam(0.01), SGD(0.1, momentum=0.9)
    for _ in range(3):
        optimizer.apply([g * (scale or 1.0) for g in GRADIENTS], weights)
        adam.apply(GRADIENTS[:1], alone[:1])
        sgd.apply(GRADIENTS[1:], alone[1:])
    for weight, expected in zip(weights, alone, strict=True):
        np.testing.assert_array_equal(weight.numpy(), expected.numpy())
    assert int(optimizer.iterations) == 3
    assert [type(each) for each in optimizer.optimizers] == [Adam, SGD]


def test_a_function_chooses():
    weights = pair()
    by_part = {"encoder": SGD(0.5), "head": SGD(0.0)}
    optimizer = MultiOptimizer(lambda variable: by_part[variable.path.split("/")[0]])
    optimizer.apply(GRADIENTS, weights)
    np.testing.assert_array_equal(weights[0].numpy(), [0.5, 2.0])
    np.testing.assert_array_equal(weights[1].numpy(), [2.0, 2.0])


def test_a_step_that_overflows_changes_none_of_them():
    weights = pair()
    optimizer = LossScaleOptimizer(MultiOptimizer(OptimizerMap(Adam(), {"head/.*": SGD(0.5)})))
    optimizer.build(weights)
    optimizer.apply([GRADIENTS[0], np.float32([np.inf, 0.0])])
    for weight, expected in zip(weights, pair(), strict=True):
        np.testing.assert_array_equal(weight.numpy(), expected.numpy())


def test_it_trains_in_a_program(net, rows):
    model = net(MultiOptimizer(OptimizerMap(SGD(0.0), {".*last/kernel": Adam(0.01)})))
    first, last = model.get_weights()
    losses = model.fit(*rows, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    np.testing.assert_array_equal(model.get_weights()[0], first)
    assert (model.get_weights()[1] != last).any()


def test_config_and_state():
    weights, others = pair(), pair()
    optimizer = MultiOptimizer(OptimizerMap(SGD(0.1), {"encoder/.*": Adam(0.01)}), 4.0)
    optimizer.apply(GRADIENTS, weights)
    again = MultiOptimizer.from_config(optimizer.get_config())
    assert again.get_config() == optimizer.get_config()
    again.build(others)
    again.set_weights(optimizer.get_weights())
    for variable, value in zip(again.variables, optimizer.get_weights(), strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


def test_a_map_of_paths():
    sgd, adam = SGD(), Adam()
    chosen = OptimizerMap(sgd, {"a/kernel": adam, "a/.*": sgd})
    assert chosen["a/kernel"] is adam  # the path itself comes before patterns
    assert chosen["b"] is sgd
    assert (len(chosen), list(chosen)) == (2, ["a/kernel", "a/.*"])
    chosen["a/b.*"] = adam
    with pytest.raises(ValueError, match="Several keys match"):
        chosen["a/bias"]
    del chosen["a/b.*"]
    for key, optimizer, words in (
        ("a/.*", adam, "already"),
        (1, adam, "path of a weight"),
        ("c", "adam", "must be an optimizer"),
        ("c", LossScaleOptimizer(SGD()), "cannot stand inside"),
    ):
        with pytest.raises(ValueError, match=words):
            chosen[key] = optimizer
    with pytest.raises(TypeError, match="no optimizer"):
        OptimizerMap("sgd")
    with pytest.raises(TypeError, match="no dict"):
        OptimizerMap(sgd, [adam])


def test_one_optimizer_under_several_keys():
    sgd = SGD(0.1)
    chosen = OptimizerMap(Adam(), {"encoder/.*": sgd, "head/.*": sgd, "tail/.*": SGD(0.1)})
    again = OptimizerMap.from_config(chosen.get_config())
    assert again["encoder/kernel"] is again["head/kernel"]
    assert again["tail/kernel"] is not again["head/kernel"]


def several(**options):
    inner = [SGD(0.1, name="slow", **options), SGD(0.01, name="slower")]
    return inner, MultiOptimizer(OptimizerMap(inner[1], {".*last/.*": inner[0]}))


def test_callbacks_set_the_rate_of_each(capsys):
    inner, optimizer = several()
    for wrapped in (optimizer, LossScaleOptimizer(optimizer)):
        logs = {"val_loss": 1.0}
        scheduler = LearningRateScheduler(lambda epoch, rate: rate * 0.5, verbose=1)
        plateau = ReduceLROnPlateau(factor=0.1, patience=1, min_lr=0.002)
        for callback in (scheduler, plateau):
            callback.set_model(SimpleNamespace(optimizer=wrapped))
        scheduler.on_epoch_begin(0)
        scheduler.on_epoch_end(0, logs)
        plateau.on_train_begin()
        for epoch in range(2):
            plateau.on_epoch_end(epoch, logs)
        rates = [logs.pop(f"learning_rate_{each.name}") for each in inner]
        np.testing.assert_allclose(rates, [0.05, 0.005], rtol=1e-6)
        np.testing.assert_allclose([float(x.learning_rate) for x in inner], [0.005, 0.002])
        assert logs == {"val_loss": 1.0}
        assert "setting slow learning rate to 0.05" in capsys.readouterr().out
        for each, rate in zip(inner, (0.1, 0.01), strict=True):
            each.learning_rate = rate


def test_only_averages_are_swapped():
    _, optimizer = several(use_ema=True, ema_momentum=0.5)
    weights = [Variable(np.float32([4.0]), name=name) for name in ("net_last/kernel", "other")]
    for _ in range(2):
        optimizer.apply([np.float32([10.0])] * 2, weights)
    swap = SwapEMAWeights()
    swap.set_model(SimpleNamespace(optimizer=optimizer))
    before = [w.numpy().item() for w in weights]
    swap.on_test_begin()
    during = [w.numpy().item() for w in weights]
    swap.on_test_end()
    assert before == pytest.approx([2.0, 3.8])
    assert during == pytest.approx([2.5, 3.8])  # mean of 3 and 2
    assert [w.numpy().item() for w in weights] == before
    _, optimizer = several()
    swap.set_model(SimpleNamespace(optimizer=optimizer))
    with pytest.raises(ValueError, match="use_ema=True"):
        swap.on_test_begin()


def test_it_has_no_learning_rate():
    optimizer = MultiOptimizer(OptimizerMap(SGD()))
    with pytest.raises(AttributeError, match="one of its `optimizers`"):
        optimizer.learning_rate = 0.5
    with pytest.raises(ValueError, match="must be an optimizer"):
        MultiOptimizer(lambda variable: "sgd").build(pair())
