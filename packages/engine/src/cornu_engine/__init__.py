"""The engine: from traced operations to one planned program.

Read in this order: `graph` (values), `primitives` (the closed set of operations), `trace` (how
Python calls become nodes), `composite`, `gradients`, `scan`, `rewrite`, `plan`, `program`.
"""
