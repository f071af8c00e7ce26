"""HDF5 that breaks a rule."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import h5py
import numpy as np

from tests.saving.hostile import CASES, WEIGHTS, Hostile, hostile, members, zipped
from tests.saving.hostile_configurations import GADGETS


def edited(data: bytes, change: Callable[[h5py.File], None]) -> bytes:
    buffer = io.BytesIO(data)
    with h5py.File(buffer, "r+") as file:
        change(file)
    return buffer.getvalue()


def _first_dataset(file: h5py.File) -> str:
    found: list[str] = []
    file.visititems(
        lambda name, item: found.append(name)
        if isinstance(item, h5py.Dataset) and item.shape and "cornu" not in name
        and "optimizer" not in name else None
    )  # fmt: skip
    return sorted(found)[0]


def _replaced(change: Callable[[h5py.Group, str, np.ndarray], None]) -> Callable[[bytes], bytes]:
    def edit(file: h5py.File) -> None:
        path = _first_dataset(file)
        parent, _, name = path.rpartition("/")
        array = file[path][()]
        del file[path]
        change(file[parent], name, array)

    return lambda data: edited(data, edit)


def _external(group: h5py.Group, name: str, array: np.ndarray) -> None:
    group.create_dataset(
        name, shape=array.shape, dtype=array.dtype, external=[("/etc/passwd", 0, array.nbytes)]
    )


def _virtual(group: h5py.Group, name: str, array: np.ndarray) -> None:
    layout = h5py.VirtualLayout(shape=array.shape, dtype=array.dtype)
    layout[...] = h5py.VirtualSource("/tmp/other.h5", "x", shape=array.shape)
    group.create_virtual_dataset(name, layout)


def _soft(group: h5py.Group, name: str, array: np.ndarray) -> None:
    group[name] = h5py.SoftLink("/")


def _external_link(group: h5py.Group, name: str, array: np.ndarray) -> None:
    group[name] = h5py.ExternalLink("/etc/passwd", "/")


def _references(group: h5py.Group, name: str, array: np.ndarray) -> None:
    group.create_dataset(name, data=np.full(array.shape, group.ref, dtype=h5py.ref_dtype))


def _texts(group: h5py.Group, name: str, array: np.ndarray) -> None:
    group.create_dataset(
        name, data=np.full(array.shape, "x", dtype=object), dtype=h5py.string_dtype()
    )


def _compound(group: h5py.Group, name: str, array: np.ndarray) -> None:
    group.create_dataset(name, shape=array.shape, dtype=[("a", "f4"), ("b", "i4")])


def _complex(group: h5py.Group, name: str, array: np.ndarray) -> None:
    group.create_dataset(name, data=array.astype("complex64"))


def _another_shape(group: h5py.Group, name: str, array: np.ndarray) -> None:
    group.create_dataset(name, data=np.zeros((*array.shape, 2), "float32"))


def _declared_only(group: h5py.Group, name: str, array: np.ndarray) -> None:
    group.create_dataset(name, shape=(2**20, 2**20), dtype="float64")


def _declared_in_pieces(group: h5py.Group, name: str, array: np.ndarray) -> None:
    group.create_dataset(name, shape=(2**20, 2**20), dtype="float64", chunks=(1024, 1024))


def _bomb(group: h5py.Group, name: str, array: np.ndarray) -> None:
    group.create_dataset(name, data=np.zeros(2**24, "float64"), compression="gzip", chunks=(2**22,))


def _group_in_its_place(group: h5py.Group, name: str, array: np.ndarray) -> None:
    group.create_group(name)


def _nothing_in_its_place(group: h5py.Group, name: str, array: np.ndarray) -> None:
    pass


def _type_in_its_place(group: h5py.Group, name: str, array: np.ndarray) -> None:
    group[name] = np.dtype("float32")


_OF_DATASETS = [
    (_external, ("storage",)),
    (_virtual, ("storage",)),
    (_soft, ("links",)),
    (_external_link, ("links",)),
    (_references, ("storage",)),
    (_texts, ("storage",)),
    (_compound, ("storage",)),
    (_complex, ("storage",)),
    (_another_shape, ("shapes",)),
    (_declared_only, ("storage", "shapes")),
    (_declared_in_pieces, ("storage", "shapes")),
    (_bomb, ("shapes", "size")),
    (_group_in_its_place, ("shapes", "damaged")),
    (_nothing_in_its_place, ("shapes", "damaged")),
    (_type_in_its_place, ("storage",)),
]


def _h5_cases() -> None:
    for change, rules in _OF_DATASETS:
        for kind in ("h5", "weights"):
            title = f"{kind}: dataset {change.__name__.strip('_')}"
            CASES.append(Hostile(title, kind, _replaced(change), rules))

        def in_zip(data: bytes, change: Callable = change) -> bytes:
            found = members(data)
            return zipped({**found, WEIGHTS: _replaced(change)(found[WEIGHTS])})

        title = f"keras: dataset {change.__name__.strip('_')}"
        CASES.append(Hostile(title, "keras", in_zip, rules))


_h5_cases()


@hostile("weights", "links", "shapes")
def a_group_that_contains_itself(data):
    def edit(file):
        file["layers/loop"] = file["layers"]

    return edited(data, edit)


@hostile("weights", "size", "links", "shapes")
def groups_a_thousand_deep(data):
    def edit(file):
        group = file["layers"]
        for _ in range(1000):
            group = group.create_group("x")
        group.create_group("vars")["0"] = np.zeros(3)

    return edited(data, edit)


@hostile("weights", "kind")
def groups_of_something_else(data):
    return edited(data, lambda file: [file.__delitem__(name) for name in list(file)])


@hostile("weights", "kind")
def json_instead_of_weights(data):
    return b'{"layers": []}'


for _kind in ("h5", "weights"):
    CASES += [
        Hostile(f"{_kind}: truncated to {part:.0%}", _kind,
                lambda data, part=part: data[: int(len(data) * part)],
                ("damaged", "kind", "storage", "shapes"))
        for part in (0.0, 0.02, 0.3, 0.6, 0.9)
    ]  # fmt: skip


def _attribute(name: str, value: Any) -> Callable[[bytes], bytes]:
    def edit(file: h5py.File) -> None:
        file.attrs[name] = value

    return lambda data: edited(data, edit)


CASES += [
    Hostile(f"h5: model_config {title}", "h5", _attribute("model_config", value), rules)
    for title, value, rules in (
        ("is no JSON", b"import os", ("json",)),
        ("is a number", 7, ("json", "damaged")),
        ("is a list", np.array([b"a", b"b"]), ("json", "damaged")),
        ("is deep", b"[" * 100_000, ("json",)),
        ("is a gadget", json.dumps(GADGETS[0]).encode(), ("names", "config")),
        ("is a reference", h5py.Reference(), ("storage",)),
    )
]


@hostile("h5", "damaged", "shapes")
def names_of_layers_that_are_not_there(data):
    def edit(file):
        file["model_weights"].attrs["layer_names"] = np.array([b"ghost", b"other"])

    return edited(data, edit)


@hostile("h5", "names")
def names_of_layers_that_lead_out(data):
    def edit(file):
        file["model_weights"].attrs["layer_names"] = np.array([b"..", b"/", b"C:", b"a\0b"])

    return edited(data, edit)


@hostile("h5", "names")
def names_of_weights_that_lead_out(data):
    def edit(file):
        group = file["model_weights"]
        layer = group.attrs["layer_names"][-1].decode()
        names = group[layer].attrs["weight_names"]
        group[layer].attrs["weight_names"] = np.array([b"../../x"] * len(names))

    return edited(data, edit)


@hostile("h5", "code", "config")
def code_in_a_layer(data):
    def edit(file):
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"].insert(
            1,
            {
                "class_name": "Lambda",
                "config": {
                    "name": "l",
                    "function": ["4wEAAA==", None, None],
                    "function_type": "lambda",
                },
            },
        )
        file.attrs["model_config"] = json.dumps(config)

    return edited(data, edit)


@hostile("h5", "config", "names", "damaged")
def training_with_a_gadget(data):
    def edit(file):
        config = json.loads(file.attrs["training_config"])
        config["loss"] = {"class_name": "system", "config": {"command": "true"}}
        file.attrs["training_config"] = json.dumps(config)

    return edited(data, edit)
