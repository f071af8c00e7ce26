"""Keras 2's backend functions: `from cornu import backend as K`.

They are thin names over `cornu.ops` and act on arrays, traced values and symbolic tensors
alike. What a session of TensorFlow 1 needed and no program here has (`get_session`,
`control_dependencies`) is absent.

>>> from cornu import backend as K
>>> K.mean(K.variable([[1.0, 3.0]]), axis=-1)
array([2.], dtype=float32)
"""

from __future__ import annotations

from cornu_engine.lazy import lazy

__getattr__, __dir__ = lazy(__name__, known_as="cornu.backend")
