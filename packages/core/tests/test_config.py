"""The settings of a process: what they refuse, and what an environment variable sets."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import cornu
from cornu import config


@pytest.mark.parametrize("name", ["max_epochs", "max_steps_per_epoch"])
def test_limits(name: str) -> None:
    read, write = getattr(config, name), getattr(config, f"set_{name}")
    assert read() is None
    write(3)
    assert read() == 3
    for wrong in (0, -1, 2.5, True, "3"):
        with pytest.raises(ValueError, match=f"{name} must be a whole number above zero"):
            write(wrong)
    assert read() == 3
    write(None)
    assert read() is None


def asked(code: str, **environment: str) -> subprocess.CompletedProcess:
    program = f"from cornu import config; print({code})"
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def test_limits_from_the_environment() -> None:
    code = "config.max_epochs(), config.max_steps_per_epoch()"
    found = asked(code, CORNU_MAX_EPOCHS="2", CORNU_MAX_STEPS_PER_EPOCH=" ")
    assert found.stdout.strip() == "2 None"
    wrong = asked(code, CORNU_MAX_EPOCHS="many")
    assert "CORNU_MAX_EPOCHS must be a whole number above zero" in wrong.stderr


def test_what_is_never_so_is_refused() -> None:
    with pytest.raises(ValueError, match="never runs code"):
        config.enable_unsafe_deserialization()


@pytest.mark.parametrize(
    ("module", "function", "parameters"),
    [
        ("activations", "serialize", ["activation"]),
        ("constraints", "serialize", ["constraint"]),
        ("layers", "deserialize", ["config", "custom_objects"]),
        ("losses", "deserialize", ["name", "custom_objects"]),
        ("losses", "serialize", ["loss"]),
        ("metrics", "serialize", ["metric"]),
        ("optimizers", "serialize", ["optimizer"]),
    ],
)
def test_parameters_have_the_names_of_keras(
    module: str, function: str, parameters: list[str]
) -> None:
    found = getattr(getattr(cornu, module), function)
    assert list(inspect.signature(found).parameters) == parameters


def test_a_config_passed_by_name() -> None:
    def half(y_true: object, y_pred: object) -> float:
        return 0.5

    with cornu.utils.custom_object_scope({"half": half}):
        assert cornu.losses.deserialize(name="half") is half
        assert cornu.losses.deserialize("half", custom_objects=None) is half
    with pytest.raises(TypeError, match=r"deserialize\(\).*'name'"):
        cornu.losses.deserialize(config="half")
