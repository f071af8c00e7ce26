"""Which stretches of a program can run some rows at a time, and on several threads.

Most of a network treats the examples of a batch alike and apart. Instructions that do can be run
for a few rows after another: what one leaves in the cache the next one finds there, intermediate
values need memory for those rows only, and each thread can take a share of the rows.
"""
