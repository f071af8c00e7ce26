"""cornu.utils: every public name is there."""

from __future__ import annotations

import pytest

import cornu


@pytest.mark.parametrize("name", cornu.utils.__all__)
def test_every_public_name_is_there(name):
    assert getattr(cornu.utils, name) is not None
