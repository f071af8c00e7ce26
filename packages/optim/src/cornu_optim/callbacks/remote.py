"""The logs of each epoch to a server."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from cornu.base import Callback


class RemoteMonitor(Callback):
    """Posts the logs of each epoch, with its number, to a server.

    A server that does not answer costs a warning, not the training.

    Parameters
    ----------
    root : str
        The server, as `"http://localhost:9000"`.
    path : str
        Where to post on it.
    field : str
        Name of the form's field that holds the JSON.
    headers : dict, optional
        Of the request.
    send_as_json : bool
        Whether to post the JSON itself and no form.

    Examples
    --------
    >>> monitor = RemoteMonitor("http://localhost:9000", headers={"X-Run": "7"})
    >>> monitor.root + monitor.path
    'http://localhost:9000/publish/epoch/end/'
    """

    writes = True

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Mapping[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        super().__init__()
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Post the logs."""
        from urllib.error import URLError
        from urllib.parse import urlencode
        from urllib.request import Request, urlopen

        text = json.dumps({"epoch": epoch, **{k: _number(v) for k, v in (logs or {}).items()}})
        kind = "json" if self.send_as_json else "x-www-form-urlencoded"
        body = text if self.send_as_json else urlencode({self.field: text})
        headers = {"Content-Type": f"application/{kind}", **(self.headers or {})}
        try:
            with urlopen(Request(self.root + self.path, body.encode(), headers), timeout=10):
                pass
        except (URLError, OSError) as error:
            warnings.warn(f"RemoteMonitor could not post to {self.root}: {error}", stacklevel=2)


def _number(value: Any) -> Any:
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
