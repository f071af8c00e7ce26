"""Fast functions on arrays that the emitted programs call: results go to memory made beforehand.

Most kernels are *prepared*: an object is made once for the arrays it will read and write (it keeps
views of them), and calling it does the work.
"""
