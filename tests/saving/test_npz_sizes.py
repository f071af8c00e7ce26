"""What an `.npz` says of its sizes is compared with the file before any memory is taken."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cornu.errors import DataError, SavingError
from cornu_data.encoding import read_values
from cornu_preprocessing.datasets.plain_pickle import read_npz


@pytest.mark.parametrize(("read", "error"), [(read_npz, DataError), (read_values, SavingError)])
@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
def test_a_member_larger_than_its_file_is_refused(
    tmp_path: Path, write: Any, read: Any, error: type[Exception]
) -> None:
    path = tmp_path / "a.npz"
    write(path, values=np.arange(100))
    data = bytearray(path.read_bytes())
    packed = data.index(b"PK\1\2") + 20  # of the directory's first entry
    struct.pack_into("<I", data, packed, 0xFFFF0000)
    path.write_bytes(data)
    with pytest.raises(error, match="it is cut off"):
        read(path)
