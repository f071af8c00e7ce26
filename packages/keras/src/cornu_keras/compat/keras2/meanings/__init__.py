"""What things mean in Keras 2 where a default is not all that differs."""
