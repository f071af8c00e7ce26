"""`keras.wrappers` of Keras 2.3."""
