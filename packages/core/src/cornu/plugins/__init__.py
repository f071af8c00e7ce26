"""How everything gets into Cornu: hooks, their discovery, and the registry over them.

A plugin is a module named by an entry point in the group `cornu`, the entry point being named
after the distribution. It implements any of the hooks in `cornu.plugins.hookspecs`::

    from cornu.plugins import hookimpl

    @hookimpl
    def cornu_layers():
        from my_package.layers import Scale
        return [Scale]

Our own layers, optimizers and backends come in by the same door.
"""

from __future__ import annotations

import pluggy

__all__ = ["ENTRY_POINT_GROUP", "hookimpl", "hookspec"]

ENTRY_POINT_GROUP = "cornu"

hookspec = pluggy.HookspecMarker("cornu")
hookimpl = pluggy.HookimplMarker("cornu")
