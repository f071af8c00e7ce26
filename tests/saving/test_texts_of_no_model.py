"""A text that describes no model is refused by a rule, as a damaged file is."""

from __future__ import annotations

from typing import Any

import pytest

from cornu.errors import BadFileError
from cornu.models import model_from_config, model_from_json, model_from_yaml


@pytest.mark.parametrize(
    ("read", "given"),
    [
        (model_from_json, '{"config": {}}'),
        (model_from_json, "{}"),
        (model_from_yaml, "config: {}"),
        (model_from_config, {"name": "m"}),
        (model_from_config, [{"class_name": "Dense", "config": {"units": 1}}]),
        (model_from_config, None),
    ],
)
def test_no_class_name_is_no_configuration(read: Any, given: Any) -> None:
    with pytest.raises(BadFileError, match="'class_name'") as caught:
        read(given)
    assert caught.value.rule == "config"
