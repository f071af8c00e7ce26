"""The NumPy backend: turns a program into one flat Python function.

It reaches users through the plugin hook in `cornu_backend_numpy.plugin`.
"""

RANK = 0
