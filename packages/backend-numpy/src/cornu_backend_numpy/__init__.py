"""The NumPy backend: turns a program into one flat Python function.

It reaches users through the plugin hook in :mod:`cornu_backend_numpy.plugin`.
"""
