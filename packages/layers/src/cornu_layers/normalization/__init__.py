"""Layers that give values a mean and a length."""
