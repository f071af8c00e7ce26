"""Mistakes a user makes: each message says where, what was given, and what mends it."""
