"""Keep collection from importing the tutorials: each is run by its test."""

collect_ignore = ["tutorials"]
