"""Ways to change a good file: bytes at random, and values of its JSON by hostile ones."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from tests.attack.damage import change_bytes
from tests.attack.kinds import Kind

PAYLOAD = "x\n    open('/tmp/cornu_attack_was_here', 'w')\n#"
HOSTILE: tuple[Any, ...] = (
    PAYLOAD, "x\x1b[2J\x9b", "x\u2028y", "*/ x /*", "a\\", "../../x", "/etc/passwd",
    "", "\ud800", "x" * 5000,
    2**62, 2**31, -1, 0, -(2**40), 1e308, -1.5, 0.1, True, False, None,
    [], {}, [[[]]], {"a": 1}, [PAYLOAD], {PAYLOAD: 1}, [1, "a", None], "float32", "S100",
    {"class_name": "Dense", "config": {}}, {"class_name": PAYLOAD, "config": {}},
    {"class_name": "function", "config": PAYLOAD}, {"class_name": "__lambda__", "config": {}},
)  # fmt: skip


def mutated(kind: Kind, good: bytes, seed: int) -> bytes:
    """Return a good file with changes that the seed alone decides."""
    if kind.hostile is not None:
        return kind.hostile(seed)
    draw = random.Random(seed)
    if kind.texts is not None and kind.with_texts is not None and draw.random() < 0.5:
        texts = kind.texts(good)
        name = draw.choice(sorted(texts))
        value = json.loads(texts[name])
        for _ in range(draw.choice((1, 1, 1, 2, 4))):
            value = _with_hostile(value, draw)
        return kind.with_texts(good, {**texts, name: json.dumps(value)})
    found = bytearray(good)
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        change_bytes(found, draw)
    return bytes(found)


def _with_hostile(value: Any, draw: random.Random) -> Any:
    value = copy.deepcopy(value)
    places: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if not isinstance(inner, (dict, list)):
            continue
        for key, member in list(inner.items() if isinstance(inner, dict) else enumerate(inner)):
            places.append((inner, key))
            waiting.append(member)
    if not places:
        return draw.choice(HOSTILE)
    inner, key = draw.choice(places)
    if isinstance(inner, dict) and draw.random() < 0.1:
        inner[str(draw.choice(HOSTILE))] = inner.pop(key)
    elif isinstance(inner, dict) and draw.random() < 0.1:
        del inner[key]
    else:
        inner[key] = copy.deepcopy(draw.choice(HOSTILE))
    return value
