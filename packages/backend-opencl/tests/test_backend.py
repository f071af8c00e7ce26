"""The OpenCL backend against the definitions of the primitives, on all schedules and lanes."""

from __future__ import annotations

from typing import ClassVar

from cornu_backend_opencl.backend import OpenCLBackend
from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_backend_opencl.device.tuned import narrowed
from cornu_ops.testing.backend_suite import BackendSuite

RTOL = {"float16": 1e-2, "float32": 1e-4, "float64": 1e-12}  # what is promised


class TestCpuSchedule(BackendSuite):
    backend = OpenCLBackend(schedule=Schedule("cpu"))
    rtol: ClassVar[dict[str, float]] = RTOL


class TestEightLanes(BackendSuite):
    backend = OpenCLBackend(schedule=narrowed(Schedule("cpu"), 8))
    dtypes: ClassVar[tuple[str, ...]] = ("float32",)
    rtol: ClassVar[dict[str, float]] = RTOL


class TestFourLanes(BackendSuite):
    backend = OpenCLBackend(schedule=narrowed(Schedule("cpu"), 4))
    dtypes: ClassVar[tuple[str, ...]] = ("float32",)
    rtol: ClassVar[dict[str, float]] = RTOL


class TestOneLane(BackendSuite):
    backend = OpenCLBackend(schedule=narrowed(Schedule("cpu"), 1))
    dtypes: ClassVar[tuple[str, ...]] = ("float32",)
    rtol: ClassVar[dict[str, float]] = RTOL


class TestGpuSchedule(BackendSuite):
    backend = OpenCLBackend(schedule=Schedule("gpu"))
    dtypes: ClassVar[tuple[str, ...]] = ("float32",)
    rtol: ClassVar[dict[str, float]] = RTOL
