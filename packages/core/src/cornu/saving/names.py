"""What a configuration may call its layers, and what they may be called on."""

from __future__ import annotations

import re
from typing import Any

from cornu.errors import BadFileError

_OPERATIONS = ("keras.src.ops", "cornu.ops")  # modules of functions between layers
_BAD_NAME = re.compile(r"\.{1,2}|.*[\x00-\x1f\x7f\\].*|[A-Za-z]:.*", re.DOTALL)


def check_names(config: Any) -> None:
    """Refuse names that are paths, which become names of groups and variables elsewhere, and
    functions that would compute something while the model is being made.
    """
    if isinstance(config, dict):
        name = config.get("name")
        if isinstance(name, str) and (len(name) > 1000 or _BAD_NAME.fullmatch(name)):
            raise BadFileError(f"{name[:60]!r} is no name of a layer.", "names")
        if str(config.get("module")).startswith(_OPERATIONS):
            for node in config.get("inbound_nodes") or ():
                if "__keras_tensor__" not in str(node):  # it would be computed here and now
                    raise BadFileError(f"{name!r} is called on no tensor.", "config")
    if isinstance(config, (dict, list)):
        for value in config.values() if isinstance(config, dict) else config:
            check_names(value)
