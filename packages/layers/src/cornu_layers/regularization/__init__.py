"""Layers that disturb their input while training."""
