"""Files that break a rule, one function each: it makes the file and says which rule it breaks.

A file is made from a good one: `keras` is the bytes of a zip, `h5` those of a whole model in HDF5,
`weights` those of weights alone.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CONFIG, WEIGHTS, METADATA = "config.json", "model.weights.h5", "metadata.json"


@dataclass(frozen=True)
class Hostile:
    """One kind of file.

    Attributes
    ----------
    name : str
    kind : {"keras", "h5", "weights"}
        What the file pretends to be.
    make : callable
        From the bytes of a good file of that kind to those of the bad one.
    rules : tuple of str
        Any of these may be named.
    """

    name: str
    kind: str
    make: Callable[[bytes], bytes]
    rules: tuple[str, ...]


CASES: list[Hostile] = []


def hostile(kind: str, *rules: str) -> Callable[[Callable], Callable]:
    def note(make: Callable[[bytes], bytes]) -> Callable:
        CASES.append(Hostile(f"{kind}: {make.__name__}", kind, make, rules))
        return make

    return note


# Zips


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: Any, compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    pairs = files.items() if isinstance(files, dict) else files
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in pairs:
            archive.writestr(name, data)
    return buffer.getvalue()


@hostile("keras", "members")
def a_path_that_leads_out_of_the_folder(data):
    return zipped({**members(data), "../../../../tmp/evil": b"x"})


@hostile("keras", "members")
def an_absolute_path(data):
    return zipped({**members(data), "/etc/cron.d/evil": b"x"})


@hostile("keras", "members")
def a_drive(data):
    return zipped({**members(data), "assets/C:evil": b"x"})


@hostile("keras", "members")
def an_asset_that_leads_out(data):
    return zipped({**members(data), "assets/../../evil": b"x"})


@hostile("keras", "members")
def a_member_more(data):
    return zipped({**members(data), "setup.py": b"import os"})


@hostile("keras", "members")
def a_pickle_beside(data):
    return zipped({**members(data), "model.pkl": b"cos\nsystem\n(S'true'\ntR."})


@hostile("keras", "members")
def config_twice(data):
    found = members(data)
    return zipped([*found.items(), (CONFIG, found[CONFIG])])


@hostile("keras", "members")
def weights_twice(data):
    found = members(data)
    return zipped([*found.items(), (WEIGHTS, found[WEIGHTS])])


@hostile("keras", "members")
def no_config(data):
    return zipped({k: v for k, v in members(data).items() if k != CONFIG})


@hostile("keras", "members")
def no_weights(data):
    return zipped({k: v for k, v in members(data).items() if k != WEIGHTS})


@hostile("keras", "members")
def an_empty_zip(data):
    return zipped({"nothing": b""})


@hostile("keras", "size")
def a_bomb_as_weights(data):
    return zipped({**members(data), WEIGHTS: bytes(200 << 20)}, zipfile.ZIP_DEFLATED)


@hostile("keras", "size")
def a_bomb_as_configuration(data):
    return zipped({**members(data), CONFIG: b" " * (60 << 20)}, zipfile.ZIP_DEFLATED)


@hostile("keras", "size", "damaged", "members")
def a_bomb_that_lies_about_its_size(data):
    packed = zipped({**members(data), CONFIG: b" " * (30 << 20)}, zipfile.ZIP_DEFLATED)
    return packed.replace(struct.pack("<L", 30 << 20), struct.pack("<L", 1000))


@hostile("keras", "members", "damaged")
def packed_by_lzma(data):
    return zipped(members(data), zipfile.ZIP_LZMA)


@hostile("keras", "members", "damaged")
def names_that_differ_in_the_two_lists(data):
    return data.replace(WEIGHTS.encode(), b"model.weights.h6", 1)


@hostile("keras", "damaged", "members", "kind")
def an_encrypted_member(data):
    found = bytearray(data)
    found[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(found)


@hostile("keras", "checksum", "damaged")
def a_flipped_bit_in_the_weights(data):
    found = bytearray(data)
    found[len(found) // 2] ^= 0x10
    return bytes(found)


@hostile("keras", "damaged", "kind")
def a_truncated_zip(data):
    return data[: len(data) // 2]


@hostile("keras", "kind")
def an_empty_file(data):
    return b""


@hostile("keras", "kind")
def a_pickle(data):
    return b"\x80\x04\x95cposix\nsystem\n"


@hostile("keras", "damaged", "kind")
def a_signature_alone(data):
    return b"PK\x03\x04"


# JSON


def with_config(data: bytes, text: bytes | str) -> bytes:
    return zipped({**members(data), CONFIG: text})


@hostile("keras", "json")
def deep_lists(data):
    return with_config(data, "[" * 200_000 + "]" * 200_000)


@hostile("keras", "json")
def deep_objects(data):
    return with_config(data, '{"a":' * 200_000 + "1" + "}" * 200_000)


@hostile("keras", "json")
def many_objects(data):
    return with_config(data, '{"a": [' + "{}," * 1_000_000 + "{}]}")


@hostile("keras", "json")
def many_escaped_quotes(data):
    return with_config(data, '{"' + '\\"' * 2_000_000)


@hostile("keras", "size", "json")
def a_long_text(data):
    return with_config(data, '{"a": "' + "x" * (20 << 20) + '"}')


@hostile("keras", "json")
def a_key_twice(data):
    return with_config(
        data, '{"class_name": "Sequential", "class_name": "os.system", "config": {}}'
    )


@hostile("keras", "json")
def not_a_number(data):
    return with_config(data, '{"class_name": "Sequential", "config": {"x": NaN}}')


@hostile("keras", "json")
def infinity(data):
    return with_config(data, '{"class_name": "Sequential", "config": {"x": -Infinity}}')


@hostile("keras", "json")
def a_number_beyond_all(data):
    return with_config(data, '{"class_name": "Sequential", "config": {"x": 1e999}}')


@hostile("keras", "json")
def a_number_of_many_digits(data):
    return with_config(data, '{"class_name": "Sequential", "config": {"x": ' + "9" * 100_000 + "}}")


@hostile("keras", "json")
def no_utf_8(data):
    return with_config(data, b'{"class_name": "\xff\xfe"}')


@hostile("keras", "json")
def a_list_as_model(data):
    return with_config(data, "[]")


@hostile("keras", "json")
def metadata_that_is_no_json(data):
    return zipped({**members(data), METADATA: b"__import__('os').system('true')"})
