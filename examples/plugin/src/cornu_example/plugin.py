"""What this plugin hands to Cornu.

Imports stand inside the hooks: the module is loaded whenever Cornu looks for anything, a hook is
called only when its kind is needed.
"""

from cornu.plugins import hookimpl


@hookimpl
def cornu_layers():
    from cornu_example.layers import FeatureGate

    # A reference is imported when it is first used, and not before.
    return [FeatureGate, "cornu_example.layers:Prototypes"]


@hookimpl
def cornu_optimizers():
    from cornu_example.optimizers import SignSGD, Signum

    # Known as "SignSGD", "signsgd" and "sign_sgd"; a pair adds one more name.
    return [SignSGD, ("sign_descent", SignSGD), Signum]


@hookimpl
def cornu_losses():
    from cornu_example.losses import SparseFocalCrossentropy, sparse_focal_crossentropy

    return [SparseFocalCrossentropy, sparse_focal_crossentropy]


@hookimpl
def cornu_callbacks():
    from cornu_example.callbacks import TimeBudget

    return [TimeBudget]


@hookimpl
def cornu_initializers():
    from cornu_example.initializers import Sinusoidal

    return [Sinusoidal]
