"""Scripts as users of Keras 2 wrote them, imports changed; each is run and asked what it learned."""
