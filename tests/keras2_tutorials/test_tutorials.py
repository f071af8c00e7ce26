"""Run each script and ask its namespace what it learned."""

from __future__ import annotations

import runpy
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SCRIPTS = Path(__file__).parent / "scripts"

Namespace = dict[str, Any]


def _binary_mlp(ran: Namespace) -> None:
    assert ran["model"].metrics_names[0] == "loss"
    assert ran["scores"][1] > 0.9
    assert set(ran["rounded"]) == {0, 1}


def _multiclass_iris(ran: Namespace) -> None:
    assert set(ran["history"].history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert ran["score"][1] > 0.9
    assert ran["probabilities"].shape == (45, 3)


def _digits_cnn(ran: Namespace) -> None:
    assert ran["model"].output_shape == (None, 10)
    assert ran["score"][1] > 0.9


def _old_names_cnn(ran: Namespace) -> None:
    assert set(ran["hist"].history) == {"loss", "acc", "val_loss", "val_acc"}
    assert ran["loss_and_acc"][1] > 0.85


def _functional_two_heads(ran: Namespace) -> None:
    assert {"loss", "main_output_loss", "aux_output_loss"} <= set(ran["history"].history)
    assert ran["main_prediction"].shape == ran["aux_prediction"].shape == (600, 1)
    assert ran["accuracy"] > 0.85


def _lstm_sequence(ran: Namespace) -> None:
    assert ran["acc"] > 0.75


def _regression_callbacks(ran: Namespace) -> None:
    losses = ran["loss_history"].losses
    assert len(losses) == ran["epochs_run"] * 23  # 353 training samples, the last batch is smaller
    assert all(isinstance(loss, float) for loss in losses)
    assert ran["epochs_run"] < 120
    assert ran["rates"].params["seen"] == ["loss", "mae", "val_loss", "val_mae"]
    assert min(ran["mae_history"]) < 0.75 * ran["baseline"]


def _custom_loss_and_lambda(ran: Namespace) -> None:
    history = ran["history"].history
    assert set(history) == {"loss", "mean_pred", "mse"}
    assert history["loss"][-1] < 0.4 * history["loss"][0]


def _custom_layer(ran: Namespace) -> None:
    assert ran["accuracy"] > 0.9
    assert ran["n_weights"] == 1
    kernel = ran["shared"].get_weights()[0]
    x = ran["x"]
    expected = (x[:5] @ kernel) * (x[5:10] @ kernel)
    np.testing.assert_allclose(ran["outputs"], expected, rtol=1e-4, atol=1e-6)


def _generators(ran: Namespace) -> None:
    assert len(ran["history"].history["val_accuracy"]) == 8
    assert ran["evaluated"][1] > 0.7
    assert ran["test_acc"] > 0.9
    assert ran["classes"].shape == (100,)


def _subclassed_and_transfer(ran: Namespace) -> None:
    assert ran["accuracy"] > 0.85
    assert ran["relearned"] > 0.7
    assert len(ran["trainable"]) == 2
    for before, after in zip(ran["frozen_before"], ran["frozen_after"], strict=True):
        np.testing.assert_array_equal(before, after)


def _autoencoder(ran: Namespace) -> None:
    losses = ran["history"].history["val_loss"]
    assert losses[-1] < 0.8 * losses[0]
    assert ran["error"] < 0.05
    np.testing.assert_allclose(ran["decoded_imgs"], ran["straight"], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(ran["code"], ran["encoded_imgs"], rtol=1e-5, atol=1e-6)


LEARNED: dict[str, Callable[[Namespace], None]] = {
    "binary_mlp": _binary_mlp,
    "multiclass_iris": _multiclass_iris,
    "digits_cnn": _digits_cnn,
    "old_names_cnn": _old_names_cnn,
    "functional_two_heads": _functional_two_heads,
    "lstm_sequence": _lstm_sequence,
    "regression_callbacks": _regression_callbacks,
    "custom_loss_and_lambda": _custom_loss_and_lambda,
    "custom_layer": _custom_layer,
    "generators": _generators,
    "subclassed_and_transfer": _subclassed_and_transfer,
    "autoencoder": _autoencoder,
}


@pytest.fixture(autouse=True)
def _seed() -> None:
    import cornu

    cornu.set_seed(0)


@pytest.mark.parametrize("name", LEARNED)
def test_script_runs_and_learns(name: str) -> None:
    with warnings.catch_warnings():
        # Old names may warn; they must work.
        warnings.simplefilter("ignore", category=DeprecationWarning)
        LEARNED[name](runpy.run_path(str(SCRIPTS / f"{name}.py")))


def test_every_script_is_asked() -> None:
    assert {path.stem for path in SCRIPTS.glob("*.py")} == set(LEARNED)
