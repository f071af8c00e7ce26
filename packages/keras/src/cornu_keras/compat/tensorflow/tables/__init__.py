"""TensorFlow's functions, a row each: the names under which it stands, and what it is here.

A row of a table is `"reduce_mean math.reduce_mean": function`. What a function returns becomes a
tensor, old names of arguments become new ones, and `name=` is taken: see `rows.py`.
"""
