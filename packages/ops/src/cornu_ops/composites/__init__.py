"""Functions kept whole in the graph, with derivatives of their own."""
