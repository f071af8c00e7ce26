"""How to install what is missing, in the way in which Cornu itself was installed."""

from __future__ import annotations

__all__ = ["how_to_install"]

FOLDERS = {"cornu-sklearn": "sklearn-wrappers"}


def how_to_install(*distributions: str) -> str:
    """Return the line that installs distributions: by name, or from the clone that core is from.

    Examples
    --------
    >>> how_to_install("cornu-keras").startswith("pip install ")
    True
    """
    packages = _packages()
    named = [
        f"{packages}/{FOLDERS.get(name, name.removeprefix('cornu-'))}" if packages else name
        for name in distributions
    ]
    return f"pip install {' '.join(named)}"


def _packages() -> str:
    """Return the folder of the packages of a clone (PEP 610), "" where core is from an index."""
    import json
    from importlib.metadata import PackageNotFoundError, distribution
    from urllib.request import url2pathname

    try:
        said = json.loads(distribution("cornu-core").read_text("direct_url.json") or "{}")
    except PackageNotFoundError:
        return ""
    scheme, _, path = said.get("url", "").partition("://")
    folder, _, name = path.rpartition("/")
    return url2pathname(folder) if scheme == "file" and name == "core" else ""
