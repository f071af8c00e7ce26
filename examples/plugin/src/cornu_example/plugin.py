"""What this plugin hands to Cornu.

Imports stand inside the hooks: the module is loaded whenever Cornu looks for anything, a hook is
called only when its kind is needed.
"""

from cornu.plugins import hookimpl


@hookimpl
def cornu_layers():
    from cornu_example.layers import FeatureGate

    return [FeatureGate]


@hookimpl
def cornu_optimizers():
    from cornu_example.optimizers import SignSGD

    # Known as "SignSGD", "signsgd" and "sign_sgd"; a pair adds one more name.
    return [SignSGD, ("signum", SignSGD)]


@hookimpl
def cornu_callbacks():
    from cornu_example.callbacks import TimeBudget

    return [TimeBudget]


@hookimpl
def cornu_initializers():
    from cornu_example.initializers import Sinusoidal

    return [Sinusoidal]
