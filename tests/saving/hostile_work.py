"""Small files that ask for much work, or for much memory."""

from __future__ import annotations

import struct
import zipfile

import h5py

from tests.saving.hostile import hostile, members, with_config, zipped
from tests.saving.hostile_configurations import changed
from tests.saving.hostile_hdf5 import edited


def activations(count):
    return [
        {"module": "keras.layers", "class_name": "Activation", "registered_name": None,
         "config": {"name": f"a{i}", "activation": "linear"}}
        for i in range(count)
    ]  # fmt: skip


@hostile("keras", "json")
def one_key_of_many_twice(data):
    keys = ", ".join(f'"{i}": 0' for i in [*range(20_000), 19_999])
    return with_config(data, f"{{{keys}}}")


@hostile("keras", "size", "members", "config", "")
def many_layers_and_many_assets(data):
    found = members(changed(data, lambda c: c["config"]["layers"].extend(activations(1500))))
    assets = {f"assets/layers/activation_{i}/vocabulary.txt": b"a" for i in range(15_000)}
    return zipped({**found, **assets}, zipfile.ZIP_DEFLATED)


def _functional(name, inner, times):
    """Return a model that calls another one, in a row, so many times."""
    calls, last = [], ["i", 0, 0]
    for number in range(times):
        tensor = {
            "class_name": "__keras_tensor__",
            "config": {"shape": [None, 4], "dtype": "float32", "keras_history": last},
        }
        calls.append({"args": [tensor], "kwargs": {}})
        last = ["m", number, 0]
    source = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "registered_name": None,
        "config": {"name": "i", "batch_shape": [None, 4]},
        "name": "i",
        "inbound_nodes": [],
    }
    outputs = [[last[0], last[1] + (inner["class_name"] == "Functional"), 0]]
    config = {
        "name": name,
        "trainable": True,
        "input_layers": [["i", 0, 0]],
        "output_layers": outputs,
        "layers": [source, {**inner, "name": "m", "inbound_nodes": calls}],
    }
    return {"module": "keras.src.models.functional", "class_name": "Functional",
            "registered_name": "Functional", "config": config}  # fmt: skip


@hostile("keras", "size")
def models_within_models_that_are_called_often(data):
    model = {"module": "keras.layers", "class_name": "Activation", "registered_name": None,
             "config": {"name": "m", "activation": "tanh"}}  # fmt: skip
    for _ in range(8):
        model = _functional("m", model, 12)
    return changed(data, lambda c: model)


@hostile("keras", "size", "config")
def a_list_of_a_billion_unknown_words(data):
    entry = {"module": "keras.layers", "class_name": "StringLookup", "registered_name": None,
             "config": {"name": "v", "vocabulary": ["a"], "num_oov_indices": 10**9}}  # fmt: skip
    return changed(data, lambda c: c["config"]["layers"].insert(1, entry))


@hostile("h5", "damaged")
def heaps_upon_heaps(data):
    heap = struct.pack("<8sQHHIQ", b"GCOL\x01\0\0\0", 2**19, 0, 0, 0, 2**19 - 16)
    return data + (heap + bytes(24)) * 20_000


@hostile("weights", "size", "links", "shapes")
def one_group_in_many_places(data):
    def edit(file):
        group = file.create_group("layers/many")
        for i in range(300):
            group.create_group(f"g{i}")
        for i in range(2_000):
            file[f"layers/x{i}"] = group

    return edited(data, edit)


@hostile("weights", "size", "shapes")
def numbers_in_single_pieces(data):
    def edit(file):
        shape = file["layers/dense/vars/0"].shape
        del file["layers/dense/vars/0"]
        file["layers/dense/vars"].create_dataset(
            "0", shape=(2**22, *shape[1:]), chunks=(1,) * len(shape), compression="gzip", dtype="f4"
        )[0] = 1

    return edited(data, edit)


@hostile("h5", "size", "damaged")
def one_long_text_in_many_places(data):
    length = 2**20 + 7

    def edit(file):
        file.attrs["filling"] = "x" * length
        group = file["model_weights"]
        del group.attrs["layer_names"]
        group.attrs.create("layer_names", ["y"] * 3_000, dtype=h5py.string_dtype())

    found = edited(data, edit)
    at = found.index(struct.pack("<I", length))  # length, place of the heap, number in it
    one = struct.pack("<I", 1)
    places = (i for i in range(len(found)) if found[i : i + 4] == one)
    start = next(i for i in places if found[i + 16 : i + 20] == found[i + 32 : i + 36] == one)
    return found[:start] + found[at : at + 16] * 3_000 + found[start + 16 * 3_000 :]
