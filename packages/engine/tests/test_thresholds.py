"""Tables of thresholds, and the extremes they are put to."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields

import pytest

from cornu.errors import UnknownNameError
from cornu_engine import thresholds
from cornu_engine.settings import limits
from cornu_engine.thresholds import EXTREMES, choose_extreme, extreme


@pytest.fixture(autouse=True)
def _as_found():
    before = thresholds._chosen
    yield
    thresholds._put_all(before)


def test_several_extremes_at_once():
    with extreme("never+checked"):
        assert limits.early == thresholds.MOST
        assert limits.checked
        with extreme(""):
            assert limits.early == 1 << 16
            assert not limits.checked
        assert limits.early == thresholds.MOST
    with limits.using(early=3):
        assert limits.early == 3


def test_the_environment_says_where_a_process_begins():
    script = "from cornu_engine.settings import limits; print(limits.early, limits.checked)"
    environment = {**os.environ, "CORNU_EXTREME": "always + checked"}
    found = subprocess.check_output([sys.executable, "-c", script], env=environment, text=True)
    assert found.split() == ["0", "True"]


def test_an_unknown_extreme():
    with pytest.raises(UnknownNameError, match=r"no extreme 'alway'\. Did you mean 'always'"):
        choose_extreme("alway+dirty")


@pytest.mark.parametrize("table", thresholds._tables, ids=lambda t: type(t).__module__)
def test_each_row_says_what_it_means(table):
    for one in fields(table):
        assert one.metadata["about"][0].isupper(), one.name
        assert one.metadata["about"].endswith("."), one.name
        assert one.metadata["extremes"], f"{one.name} has no extreme"
        assert set(one.metadata["extremes"]) <= set(EXTREMES)
