"""Builds the kernels for the wheel: for this machine, or for the platform that `build` says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Kernels(BuildHookInterface):
    """In a checkout they are built where they lie, for a wheel in a folder beside."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the libraries and the platform to what becomes the wheel."""
        sys.path.insert(0, str(Path(self.root, "src")))
        from cornu_backend_native import build

        target = build.this_machine()
        editable = version == "editable"
        folder = build.LIB if editable else build.KEPT / target.tag
        made = build.build(target, target.variants, folder)
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{target.tag}"
        if not editable:
            inside = "cornu_backend_native/lib"
            build_data["force_include"] = {str(path): f"{inside}/{path.name}" for path in made}
