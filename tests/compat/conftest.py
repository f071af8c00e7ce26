"""Keep collection from importing the scripts: each is run by its test."""

collect_ignore = ["strangers"]
