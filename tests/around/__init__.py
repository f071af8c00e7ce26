"""Libraries around `fit` that are too large for every test: `hatch run bench:around`."""
