"""Models as C99: one file and a header, no allocation, no library but `math.h`.

| file | idea |
|---|---|
| `types.py` | kinds of numbers and their literals |
| `source.py` | what the file holds besides its functions: memory, weights, helpers |
| `frame.py` | where values lie, and the lines that compute them |
| `copies.py` | values moved as they are |
| `expressions.py` | a row per elementwise operation |
| `groups.py` | elementwise work and reductions as one nest of loops |
| `int8.py` | the right side of a product, by columns where it is int8 |
| `windows.py` | convolutions and pools |
| `winograd.py` | convolutions with three lines to a kernel |
| `operations.py` | a row per other operation |
| `loops.py` | scans |
| `streams.py` | one step of a recurrent model, with its state |
| `helpers.c` | functions that are copied into a file that needs them |
| `writing.py` | the file, its header and its weights |
"""

from cornu_export.c.writing import write_c

__all__ = ["write_c"]
