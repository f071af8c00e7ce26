"""Cornu on the backend that ``CORNU_BACKEND`` names."""

import cornu
from benchmarks.adapters.keras_style import KerasStyle


class CornuEngine(KerasStyle):
    """Cornu through its public ``compile``, ``fit`` and ``predict``."""

    namespace = cornu

    def plan_bytes(self) -> int | None:
        """Return the bytes of every buffer that the compiled training step owns."""
        return int(self.model.program("train").memory)


ADAPTER = CornuEngine
