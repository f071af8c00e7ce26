"""Layers that turn a signal into its frequencies."""
