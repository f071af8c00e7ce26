"""Data that lie elsewhere than in memory: their rows are read by windows, ahead of the steps."""
