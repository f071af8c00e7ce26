"""Scripts as users of Keras 2 wrote them, with the import changed, each run and asked what it learned."""
