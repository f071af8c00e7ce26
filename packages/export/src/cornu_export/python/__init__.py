"""Models as plain NumPy: one Python file that imports nothing else.

| file | idea |
|---|---|
| `operations.py` | a row per operation: its expression |
| `helpers/` | functions that are copied into a file that needs them |
| `names.py` | what values are called |
| `layout.py` | where lines are broken |
| `writing.py` | the file and its weights |
"""

from cornu_export.python.writing import write_python

__all__ = ["write_python"]
