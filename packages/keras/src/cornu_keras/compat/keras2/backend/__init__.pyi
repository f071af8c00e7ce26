"""What is of this dialect, each name with its home: editors read this, and so does the module."""

from cornu_keras.compat.keras2.backend import common as common
from cornu_keras.compat.keras2.backend import load_backend as load_backend
from cornu_keras.compat.keras2.backend import numpy_backend as numpy_backend
from cornu_keras.compat.keras2.backend import tensorflow_backend as tensorflow_backend
from cornu_keras.compat.keras2.backend.decoding import ctc_decode as ctc_decode
from cornu_keras.compat.keras2.backend.session import backend as backend
from cornu_keras.compat.keras2.backend.session import control_dependencies as control_dependencies
from cornu_keras.compat.keras2.backend.session import (
    ctc_label_dense_to_sparse as ctc_label_dense_to_sparse,
)
from cornu_keras.compat.keras2.backend.session import eager as eager
from cornu_keras.compat.keras2.backend.session import get_session as get_session
from cornu_keras.compat.keras2.backend.session import is_keras_tensor as is_keras_tensor
from cornu_keras.compat.keras2.backend.session import is_symbolic as is_symbolic
from cornu_keras.compat.keras2.backend.session import (
    manual_variable_initialization as manual_variable_initialization,
)
from cornu_keras.compat.keras2.backend.session import name_scope as name_scope
from cornu_keras.compat.keras2.backend.session import placeholder as placeholder
from cornu_keras.compat.keras2.backend.session import set_session as set_session
from cornu_keras.compat.keras2.backend.session import symbolic as symbolic
from cornu_keras.compat.keras2.backend.shapes import cast as cast
from cornu_keras.compat.keras2.backend.shapes import prod as prod
from cornu_keras.compat.keras2.backend.shapes import shape as shape
from cornu_keras.compat.keras2.backend.updates import moving_average_update as moving_average_update
from cornu_keras.compat.keras2.backend.updates import ones as ones
from cornu_keras.compat.keras2.backend.updates import update as update
from cornu_keras.compat.keras2.backend.updates import update_add as update_add
from cornu_keras.compat.keras2.backend.updates import update_sub as update_sub
from cornu_keras.compat.keras2.backend.updates import variable as variable
from cornu_keras.compat.keras2.backend.updates import zeros as zeros
