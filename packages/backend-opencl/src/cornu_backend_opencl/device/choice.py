"""Which OpenCL devices there are, and which one is meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cornu_backend_opencl.device.listing import check_listing
from cornu_backend_opencl.settings import DEVICE
from cornu_engine.errors import BackendError

INSTALL = (
    "Install a driver that brings OpenCL (docs/opencl.md lists them by vendor), or the CPU's by "
    '`pip install "cornu-backend-opencl[pocl]"`.'
)
_RANK = {"gpu": 0, "accelerator": 1, "cpu": 2, "other": 3}


@dataclass(frozen=True)
class Device:
    """An OpenCL device and how it is called.

    Attributes
    ----------
    place : str
        "platform:device", as numbers.
    name, platform, version, kind : str
    handle : pyopencl.Device
    """

    place: str
    name: str
    platform: str
    version: str
    kind: str
    handle: Any

    @property
    def has_float64(self) -> bool:
        """Whether the device computes in double precision."""
        return bool(self.handle.double_fp_config)

    @property
    def driver(self) -> str:
        """The device with its driver: what is known of it holds until that is another."""
        return f"{self.platform} / {self.name} / {self.handle.driver_version}"

    def __str__(self) -> str:
        return f"{self.place} {self.name} ({self.kind}, {self.platform})"


def devices(again: bool = False) -> list[Device]:
    """Return all devices, the order in which they are preferred first.

    Parameters
    ----------
    again : bool
        Try anew whether drivers survive being asked.

    Raises
    ------
    BackendError
        If OpenCL itself is missing, or one of the drivers crashes.
    """
    try:
        import pyopencl as cl
    except ImportError as error:
        raise BackendError(f"pyopencl cannot be imported ({error}). {INSTALL}") from error
    check_listing(again)
    found = []
    try:
        platforms = cl.get_platforms()
    except cl.Error as error:
        raise BackendError(f"There is no OpenCL on this machine ({error}). {INSTALL}") from error
    for i, platform in enumerate(platforms):
        try:
            handles = platform.get_devices()
        except cl.Error:  # a platform without devices
            continue
        for j, handle in enumerate(handles):
            found.append(
                Device(
                    f"{i}:{j}",
                    handle.name.strip(),
                    platform.name.strip(),
                    handle.version.strip(),
                    _kind(handle),
                    handle,
                )
            )
    return sorted(found, key=lambda d: _RANK[d.kind])


def _kind(handle: Any) -> str:
    import pyopencl as cl

    for kind in ("gpu", "accelerator", "cpu"):
        if handle.type & getattr(cl.device_type, kind.upper()):
            return kind
    return "other"


def choose(wanted: str | None, found: list[Device] | None = None) -> Device:
    """Return the device that is meant: gpu, cpu, platform:device, part of a name, or the first.

    Raises
    ------
    BackendError
        If there is none, with the list of those there are.
    """
    there = devices() if found is None else found
    if not there:
        raise BackendError(f"OpenCL finds no device here. {INSTALL}")
    if wanted is None:
        return there[0]
    asked = wanted.lower()
    matching = [d for d in there if d.place == asked] or [d for d in there if d.kind == asked]
    if not matching:
        matching = [d for d in there if asked in f"{d.platform} {d.name}".lower()]
    if matching:
        return matching[0]
    listed = "\n".join(f"  {d}" for d in there)
    raise BackendError(
        f"{DEVICE} asks for {wanted!r}, and no OpenCL device is called so. There are:\n{listed}\n"
        f"Set it to gpu, cpu, a number such as {there[0].place}, or part of a name."
    )
