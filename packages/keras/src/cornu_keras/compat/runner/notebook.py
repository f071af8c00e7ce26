"""`%load_ext cornu`: a notebook's imports of keras and tensorflow lead to Cornu.

The dialect is chosen by the first cell that imports one of them, or said by `%cornu keras3`.
"""

from __future__ import annotations

from typing import Any

from cornu_keras.compat.runner import children, choosing, names_used

__all__ = ["load"]


def load(shell: Any) -> None:
    """Redirect the imports of an IPython shell."""
    asked = choosing.given(None)
    if asked is not None:
        children.follow(asked)
        return
    chosen = _Chosen(shell)
    shell.register_magic_function(chosen.say, "line", "cornu")
    shell.events.register("pre_run_cell", chosen.look)
    children.follow("keras2")


class _Chosen:
    """The dialect of a notebook."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.is_said = False

    def look(self, info: Any) -> None:
        """Choose by the first cell that imports something of Keras."""
        if self.is_said:
            return
        script = names_used.read(str(info.raw_cell), "", None)
        if script.uses:
            self.is_said = True
            children.follow(choosing.choose(script))

    def say(self, line: str) -> None:
        """`%cornu keras3`: set the dialect, for what is imported from now on."""
        dialect = choosing.given(line.strip() or "keras2")
        self.is_said = True
        children.follow(str(dialect))
