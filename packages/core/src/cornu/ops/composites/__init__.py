"""Functions kept whole in the graph: each has its own derivative, and a backend may run it natively."""
