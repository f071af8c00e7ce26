"""From a plan to Python source: a function that makes views once, with one line per instruction."""
