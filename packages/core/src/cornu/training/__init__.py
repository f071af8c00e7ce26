"""The training side of a model: data, the traced step, and the loop that runs it.

Read in this order: `data` (what the user hands over becomes arrays and batches), `compiled_losses`
and `compiled_metrics` (what `compile` was told), `trainable` (what a model is to its training, and
what a step does), `step` (one traced step becomes one program), `loop` (epochs, callbacks,
validation), `trainer` (the public methods of a model).
"""
