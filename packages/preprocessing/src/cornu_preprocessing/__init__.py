"""Sequence, text and image preprocessing for Cornu.

Nothing is here yet: this version holds the place of the distribution and its dependencies.
"""
