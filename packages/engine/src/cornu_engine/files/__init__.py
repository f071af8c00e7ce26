"""Files that may come from anywhere: rules, archives, text; whole or not at all."""
