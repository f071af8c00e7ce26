"""Unknown names list near matches, or say what would provide them."""

from __future__ import annotations

from typing import Any

import pytest

import cornu


def _model() -> Any:
    return cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])


#: what was misspelt -> how, and the match that must be offered
MISSPELT: dict[str, tuple[Any, str, str]] = {
    "layer": (lambda: cornu.layers.Densee(3), "Densee", "Dense"),
    "optimizer": (lambda: _model().compile("adaam", "mse"), "adaam", "adam"),
    "optimizer class": (lambda: cornu.optimizers.Adm(), "Adm", "Adam"),
    "loss": (
        lambda: _model().compile("sgd", "binary_crossentrpy"),
        "binary_crossentrpy",
        "binary_crossentropy",
    ),
    "metric": (lambda: _model().compile("sgd", "mse", ["acuracy"]), "acuracy", "accuracy"),
    "activation": (lambda: cornu.layers.Dense(1, activation="rellu"), "rellu", "relu"),
    "initializer": (
        lambda: cornu.layers.Dense(1, kernel_initializer="glorot_unifrm"),
        "glorot_unifrm",
        "glorot_uniform",
    ),
    "regularizer": (lambda: cornu.layers.Dense(1, kernel_regularizer="l1_l3"), "l1_l3", "l1_l2"),
    "constraint": (
        lambda: cornu.layers.Dense(1, kernel_constraint="maxnrm"),
        "maxnrm",
        "max_norm",
    ),
    "backend": (lambda: cornu.set_backend("nmpy"), "nmpy", "numpy"),
    "module": (lambda: cornu.layrs, "layrs", "layers"),
    "layer of a model": (lambda: _named().get_layer("hiden"), "hiden", "hidden"),
}


def _named() -> Any:
    return cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1, name="hidden")])


@pytest.mark.parametrize("what", MISSPELT)
def test_a_misspelt_name_is_met_with_the_right_one(what: str) -> None:
    action, wrong, right = MISSPELT[what]
    with pytest.raises((ValueError, AttributeError, RuntimeError)) as caught:
        action()
    message = str(caught.value)
    assert repr(wrong) in message
    assert right in message.replace(wrong, "")


def test_a_misspelt_name_in_an_import() -> None:
    with pytest.raises(ImportError, match="Densee"):
        exec("from cornu.layers import Densee")


def test_a_misspelt_argument_of_a_layer(saying: Any) -> None:
    with saying((TypeError, ValueError), "Dense", "actvation", "activation"):
        cornu.layers.Dense(3, actvation="relu")


def test_a_misspelt_argument_of_an_optimizer(saying: Any) -> None:
    with saying((TypeError, ValueError), "Adam", "learnin_rate", "learning_rate"):
        cornu.optimizers.Adam(learnin_rate=0.1)


def test_a_class_where_an_object_belongs(saying: Any) -> None:
    with saying((TypeError, ValueError), "Dense"):
        cornu.Sequential([cornu.layers.Dense])


def test_a_number_where_a_layer_belongs(saying: Any) -> None:
    with saying((TypeError, ValueError), "3"):
        cornu.Sequential([cornu.Input((2,)), 3])
