"""Layers that change pictures, one family per module."""
