"""Older dialects of Keras: modules with the names, defaults and meanings that they had.

`cornu.compat.keras2` is Keras 2.3.1, `cornu.compat.tfkeras` is `tf.keras` of TensorFlow 2.x. Their
classes are subclasses of Cornu's; a table in each of the two folders says in what they differ.
"""
