"""Scripts as users of Keras 2 wrote them, imports changed; each is asked what it learned."""
