"""Do scripts for Keras 2 end where live tf_keras lets them end? Five tasks, many seeds, both sides.

`tasks.py` is the five scripts, for either library; `__main__.py` runs both and compares.
"""
