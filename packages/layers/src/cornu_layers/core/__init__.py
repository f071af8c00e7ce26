"""Dense, Embedding and other layers without a family."""
