"""What holds for all tests: random numbers of their own, and an option for thresholds.

A generator of random numbers that stands in a module of tests begins anew with each test, so that
what a test draws does not depend on which tests ran before it.

`pytest --extreme=tiny+threads3` runs any tests with them; `cornu_engine.thresholds` says what there
is. Whatever a test runs by the definitions, the backend in use then runs too. Tests that look at
what the usual numbers lead to are marked `usual_thresholds(reason)`.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

EXTREME = pytest.StashKey[str]()
DRAWS = pytest.StashKey[list[tuple[np.random.BitGenerator, Any]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    parser.addoption("--extreme", metavar="NAMES", help="where all thresholds are put to")
    parser.addoption("--examples", type=int, metavar="N", help="random models per test")


def pytest_configure(config: pytest.Config) -> None:
    """Put all thresholds where the option or the environment says; show all lines of errors."""
    from cornu_engine.thresholds import ENVIRONMENT_VARIABLE, choose_extreme

    given = config.getoption("--extreme") or os.environ.get(ENVIRONMENT_VARIABLE, "")
    # the first process of several has said "checked" to all of them, which is no extreme
    given = "+".join(name for name in given.split("+") if name != "checked")
    config.stash[EXTREME] = given
    # Whatever the tests compile is checked on paper, in processes that they start too.
    os.environ[ENVIRONMENT_VARIABLE] = "+".join(filter(None, [given, "checked"]))
    choose_extreme(None)
    with contextlib.suppress(ImportError):  # where only packages below it are installed
        from cornu_data.tracebacks import disable_traceback_filtering

        disable_traceback_filtering()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is for the usual thresholds only."""
    if not config.stash[EXTREME]:
        return
    for item in items:
        mark = item.get_closest_marker("usual_thresholds")
        if mark is not None:
            item.add_marker(pytest.mark.skip(reason=f"usual thresholds only: {mark.args[0]}"))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Remember where the generators of all modules of tests stand."""
    of_tests = [m for m in list(sys.modules.values()) if _is_of_tests(m, session.config.rootpath)]
    values = [value for module in of_tests for value in vars(module).values()]
    held = [value.bit_generator for value in values if isinstance(value, np.random.Generator)]
    session.config.stash[DRAWS] = [(generator, generator.state) for generator in held]


def _is_of_tests(module: Any, root: Path) -> bool:
    file = Path(getattr(module, "__dict__", {}).get("__file__") or root)
    return "tests" in file.parts and file.is_relative_to(root)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let them begin anew."""
    for generator, state in item.config.stash[DRAWS]:
        generator.state = state


@pytest.fixture(autouse=True)
def _both_agree(request: pytest.FixtureRequest) -> Iterator[None]:
    if not request.config.stash[EXTREME]:
        yield
        return
    from tests.differential import both_agree

    with both_agree():
        yield
