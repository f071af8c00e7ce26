"""`cornu.applications` in numbers that live Keras gave."""
