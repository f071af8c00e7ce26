"""Activations with weights or arguments, as layers."""
