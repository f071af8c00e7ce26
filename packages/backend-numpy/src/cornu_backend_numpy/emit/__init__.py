"""From a plan to Python source: a function that makes views once, and inside it one line per instruction."""
