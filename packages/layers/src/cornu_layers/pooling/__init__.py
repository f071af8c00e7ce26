"""Layers that reduce windows, or everything, to a number per channel."""
