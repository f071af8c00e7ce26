"""Layers that let places of a sequence look at each other."""
