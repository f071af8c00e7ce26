"""Live Keras 3 and Cornu side by side: same weights, same batch, same numbers."""
