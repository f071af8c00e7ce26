"""From a plan to a table of rows."""
