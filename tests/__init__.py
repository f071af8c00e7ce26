"""Tests that cross packages; those of one package are in its own ``tests`` folder."""
