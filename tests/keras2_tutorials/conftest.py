"""Keep collection from importing the scripts: each is run by its test, once."""

collect_ignore = ["scripts"]
