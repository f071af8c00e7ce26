"""Pictures: files and arrays, random changes, batches, data sets.

>>> from cornu_preprocessing import image
>>> image.ImageDataGenerator(rotation_range=10).rotation_range
10
"""

from __future__ import annotations

from cornu_engine.lazy import lazy

# The layers need Pillow and SciPy for nothing.
__getattr__, __dir__ = lazy(__name__)
