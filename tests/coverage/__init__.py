"""The coverage ledger: Keras' public API as data, what is here of it, and what is not yet."""
