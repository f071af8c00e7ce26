"""The forward program in ONNX: one table row for each primitive."""

from cornu_export.onnx.writing import write_onnx

__all__ = ["write_onnx"]
