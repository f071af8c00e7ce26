"""Files of Keras 2: its configurations, its HDF5 layout, its optimizers' state, both ways."""
