"""What this distribution hands to Cornu is what its modules hold, each name once."""

from __future__ import annotations

import pytest

import cornu
from cornu.plugins import registry
from cornu_optim import callbacks, losses, metrics, optimizers, plugin, schedules

MODULES = {
    "cornu_optimizers": (cornu.optimizers, (optimizers, schedules)),
    "cornu_losses": (cornu.losses, (losses,)),
    "cornu_metrics": (cornu.metrics, (metrics,)),
    "cornu_callbacks": (cornu.callbacks, (callbacks,)),
}


@pytest.mark.parametrize("hook", MODULES)
def test_everything_public_is_offered(hook):
    facade, modules = MODULES[hook]
    for module in modules:
        for name in module.__all__:
            assert getattr(facade, name) is getattr(module, name)


@pytest.mark.parametrize("hook", MODULES)
def test_names_are_offered_once(hook):
    offers = getattr(plugin, hook)()
    keys = [(name, reference.partition(":")[2][0].isupper()) for name, reference in offers]
    assert len(keys) == len(set(keys))


def test_nothing_of_it_is_in_trouble():
    assert not [p for p in registry.problems() if p.distribution == "cornu-optim"]


@pytest.mark.parametrize("hook", MODULES)
def test_every_class_is_documented_with_an_example(hook):
    for module in MODULES[hook][1]:
        for name in module.__all__:
            text = getattr(module, name).__doc__
            assert text, name
            assert ">>>" in text, name
