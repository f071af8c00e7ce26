"""The state of an optimizer in files: which array is which slot of which weight.

Keras 2.2 and 2.3 write all of one slot, then all of the next. tf_keras and Keras 3 name each
array after its slot and its weight.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from cornu.base.file_slots import FileSlots
from cornu_data.files.words import Pair, fitting, in_order, keras3_order
from cornu_engine.files.hdf5 import checked
from cornu_engine.variable import Variable
from cornu_keras.files.dialect import Dialect

# tf_keras' and tf.keras' words for slots; others have the same name here.
_WORDS = {
    "m": "momentum",
    "v": "velocity",
    "vhat": "velocity_hat",
    "u": "norm",
    "rms": "velocity",
    "mg": "average_gradient",
    "accum_grad": "accumulated_grad",
    "accum_var": "accumulated_delta_var",
}
_NOTHING = FileSlots()


def match_slots(
    optimizer: Any,
    weights: Sequence[Variable],
    stored: Sequence[Any],
    names: Sequence[str] | None,
    dialect: Dialect,
) -> list[Pair] | None:
    """Return (variable of the optimizer, array of the file), None where they do not fit: what
    `Words.slots` does."""
    said = _said(optimizer)
    if dialect.is_keras3 or _as_keras3(names):
        pairs = in_order(keras3_order(optimizer, weights), stored)
    elif names is not None and not _by_block(names, dialect) and said.of_weight is None:
        pairs = _named(optimizer, weights, stored, names)
    elif dialect.of_tensorflow or (names and names[0].startswith("iteration")):
        pairs = in_order(_tensorflow_order(optimizer, weights), stored)
    else:
        pairs = _blocks(optimizer, weights, stored)
    pairs = fitting(pairs)
    if pairs is None:
        return None
    extra = _extra(optimizer) if dialect.of_tensorflow else None
    if extra is not None and said.of_all is not None:
        counts = [checked(value) for variable, value in pairs if variable is optimizer._iterations]
        pairs.append((extra, said.of_all(optimizer, int(counts[0]) if counts else 0)))
    return pairs


def _said(optimizer: Any) -> FileSlots:
    """Return what an optimizer says of files, of its own or from the class it descends from."""
    return getattr(optimizer, "file_slots", None) or _NOTHING


def _tensorflow_order(optimizer: Any, weights: Sequence[Variable]) -> list[Variable]:
    said = _said(optimizer)
    if said.of_weight is not None:
        each = [v for weight in weights for v in said.of_weight(optimizer, weight)]
        return [optimizer._iterations, *each]
    slots, turn = optimizer._slots, said.in_turn
    blocks = [name for name in slots if name not in turn]
    first = [name for name in blocks if name == "average"]
    rest = [name for name in blocks if name != "average"]
    return [
        optimizer._iterations,
        *(slots[name][w] for name in first for w in weights),
        *(slots[name][w] for w in weights for name in turn if name in slots),
        *(slots[name][w] for name in rest for w in weights),
    ]


def _as_keras3(names: Sequence[str] | None) -> bool:
    return names is not None and len(names) > 1 and names[1].endswith("/learning_rate")


def _by_block(names: Sequence[str], dialect: Dialect) -> bool:
    return not dialect.of_tensorflow and not any(n.startswith("iteration") for n in names[:1])


def _named(
    optimizer: Any, weights: Sequence[Variable], stored: Sequence[Any], names: Sequence[str]
) -> list[Pair] | None:
    """Match by the word for the slot in each name; weights come in the order of the file."""
    pairs: list[Pair] = []
    given: dict[str, list[Any]] = {}
    for name, array in zip(names, stored, strict=True):
        parts = name.partition(":")[0].split("/")
        if parts[-1] in ("iteration", "iter", "iterations"):
            pairs.append((optimizer._iterations, array))
        elif parts[-1] == "learning_rate" or parts[-1] in ("decay", "beta_1", "beta_2", "rho"):
            continue
        else:
            given.setdefault(_slot_of(parts, optimizer), []).append(array)
    for slot, table in optimizer._slots.items():
        arrays = given.get(slot, [])
        if len(arrays) != len(weights):
            return None
        pairs.extend((table[w], a) for w, a in zip(weights, arrays, strict=True))
    return pairs


def _slot_of(parts: Sequence[str], optimizer: Any) -> str:
    words = {**_WORDS, **_said(optimizer).words}
    for part in (parts[1] if len(parts) > 2 else "", parts[-1]):
        word = words.get(part, part)
        if word in optimizer._slots or part in words:
            return word
    return ""


def _blocks(
    optimizer: Any, weights: Sequence[Variable], stored: Sequence[Any]
) -> list[Pair] | None:
    left = list(stored)
    pairs: list[Pair] = []
    blocks = _said(optimizer).blocks
    if blocks is None:
        return None
    if left and left[0].shape == () and left[0].dtype.kind in "iu":  # 2.2 has not all of them
        pairs.append((optimizer._iterations, left.pop(0)))
    schedule = _extra(optimizer)
    if schedule is not None and left and left[0].shape == ():
        pairs.append((schedule, left.pop(0)))
    for number, slot in enumerate(blocks):
        block = left[number * len(weights) : (number + 1) * len(weights)]
        table = optimizer._slots.get(slot)
        if table is None:
            continue
        if len(block) != len(weights):
            return None
        pairs.extend((table[w], a) for w, a in zip(weights, block, strict=True))
    return pairs


def _extra(optimizer: Any) -> Variable | None:
    """Return the one variable that belongs to no weight, as Nadam's product of momenta."""
    slots = {v for table in optimizer._slots.values() for v in table.values()}
    known = {optimizer._iterations, optimizer._learning_rate, *slots}
    rest = [v for v in optimizer.variables if v not in known]
    return rest[0] if len(rest) == 1 else None


# Writing


def tf_keras_state(optimizer: Any) -> list[tuple[str, np.ndarray]]:
    """Return names and arrays in the order of tf_keras, or of Keras 3 for what it alone has."""
    name = type(optimizer).__name__
    if _own(optimizer) is None:
        return [(v.path, v.numpy()) for v in optimizer.variables]
    weights = optimizer._trainable_variables
    places = {
        slot: f"{name}/{word}/{weight.path}"
        for word, table in optimizer._slots.items()
        for weight, slot in table.items()
    }
    first, *rest = _tensorflow_order(optimizer, weights)
    named = [(f"{places.get(v, v.path)}:0", v.numpy()) for v in rest]
    return [("iteration:0", first.numpy()), *named]


def keras2_state(optimizer: Any) -> list[tuple[str, np.ndarray]] | None:
    """Return names and arrays as Keras 2.3 writes them, None where it has no such optimizer."""
    if not is_in_keras2(optimizer) or not set(optimizer._slots) <= set(_own(optimizer).blocks):
        return None
    return list(_keras2_arrays(optimizer, _own(optimizer)))


def is_in_keras2(optimizer: Any) -> bool:
    """Tell whether Keras 2.3 has an optimizer of this class."""
    said = _own(optimizer)
    return said is not None and said.blocks is not None


def _own(optimizer: Any) -> Any:
    return vars(type(optimizer)).get("file_slots")


def _keras2_arrays(optimizer: Any, said: FileSlots) -> Iterator[tuple[str, np.ndarray]]:
    name = type(optimizer).__name__
    weights, slots = optimizer._trainable_variables, optimizer._slots
    yield f"{name}/iterations:0", optimizer._iterations.numpy()
    extra = _extra(optimizer)
    if extra is not None:
        yield f"training/{name}/m_schedule:0", extra.numpy()
    for slot in said.blocks or ():
        for number, weight in enumerate(weights):
            path = f"training/{name}/{slot}_{number}:0"
            if slot in slots:
                yield path, slots[slot][weight].numpy()
            elif slot in said.stand_ins:
                yield path, np.zeros(1, weight.dtype)
            else:
                yield path, np.zeros(weight.shape, weight.dtype)
