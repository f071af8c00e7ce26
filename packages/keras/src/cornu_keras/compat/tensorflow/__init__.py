"""TensorFlow's names over Cornu's parts: `import cornu.compat.tensorflow as tf`.

What stands where is said by tables (`tables/`) and by `names.py`; `tf.keras` is
`cornu.compat.tfkeras`.
"""

from __future__ import annotations

from cornu_keras.compat.tensorflow.names import attribute, listed, make_modules

__version__ = VERSION = "2.15.0"
newaxis = None

make_modules(__name__)


def __getattr__(name: str) -> object:
    return attribute(__name__, "", name)


def __dir__() -> list[str]:
    return listed("")
