"""Layers that make one of several inputs."""
