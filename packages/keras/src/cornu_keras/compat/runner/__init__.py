"""Scripts as they are: `python -m cornu script.py` gives Cornu to what imports keras or tensorflow.

`names_used` reads what a script imports, `choosing` finds its dialect by that, `places` says which
module of Cornu stands for which, `redirect` puts them in their places, `program` runs the script.
"""
