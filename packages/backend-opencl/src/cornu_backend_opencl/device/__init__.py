"""Devices: which there are, the queue of one, memory that state lives in."""
