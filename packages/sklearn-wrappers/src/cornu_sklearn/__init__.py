"""Cornu models as scikit-learn estimators.

Nothing is here yet: this version holds the place of the distribution and its dependencies.
"""
