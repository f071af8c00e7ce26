"""Layers for numbers, categories and text; users find them in `cornu.layers`."""
