"""Layers that carry a state through a sequence."""
