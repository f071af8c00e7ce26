"""Layers that move, repeat, cut and pad, without computing."""
