"""Keep collection from importing the scripts: they are read by type checkers, and run by a test."""

collect_ignore = ["scripts"]
