"""`tf.keras` of TensorFlow 2.x, before Keras 3: `import cornu.compat.tfkeras as keras`.

Names and defaults are those of tf_keras, over Cornu's parts. `api.txt` says the names.
"""

from __future__ import annotations

from cornu_keras.compat.dialect import Dialect
from cornu_keras.compat.modules import face, install
from cornu_keras.compat.tfkeras.rows import AROUND, MEANINGS, OWN

__version__ = "2.15.0"

dialect = Dialect(__name__, OWN, MEANINGS, around=AROUND)
install(dialect)
__getattr__, __dir__ = face(dialect, "")
