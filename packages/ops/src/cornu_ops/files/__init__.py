"""What files call the operations: by our names, and by those of Keras."""
