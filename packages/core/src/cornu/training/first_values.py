"""State of metrics that a file holds, for metrics that are made with the first batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


class FirstValues:
    """Mixin of what makes its variables late: values for them may be there before."""

    first_values: Sequence[np.ndarray] = ()

    def _take_first_values(self, variables: Sequence[Any]) -> None:
        values, self.first_values = self.first_values, ()
        if [np.shape(x) for x in values] == [v.shape for v in variables]:
            for variable, value in zip(variables, values, strict=True):
                variable.write(value)  # at once, also while a program is being traced
