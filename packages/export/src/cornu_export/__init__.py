"""Models for deployment: the traced forward program and its weights, without the model's source.

A program is traced for a few sizes of each free axis; what differs between the traces is written as
a formula of these sizes, so the file serves batches of any size.

| file | idea |
|---|---|
| `sizes.py` | formulas of free sizes |
| `describe.py` | from traces to a description in JSON's terms |
| `revive.py` | from a description to a program |
| `said.py` | what a description may say |
| `budgets.py` | how much a loaded program may take |
| `file.py`, `reading.py` | the file, written and read |
| `serving.py` | what a loaded file is: a callable, or several |
| `archive.py` | several endpoints in one file |
| `onnx/` | the same program in ONNX |
| `python/` | and as a Python file of NumPy |
| `frozen.py`, `c/` | for one size of each axis, with its weights: as C |
"""

from cornu_export.archive import ExportArchive
from cornu_export.exporting import export_model
from cornu_export.serving import ServedArchive, ServedModel, load

__all__ = ["ExportArchive", "ServedArchive", "ServedModel", "export_model", "load"]
