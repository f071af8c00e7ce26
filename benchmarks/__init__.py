"""Cornu beside Keras (on each of its engines) and PyTorch: the same workloads, in one call.

``python -m benchmarks`` measures, ``docs/benchmarks.md`` shows. See :mod:`benchmarks.workloads` for
what is trained, :mod:`benchmarks.adapters` for how each framework builds it and
:mod:`benchmarks.measure` for what is timed.
"""
