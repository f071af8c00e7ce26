"""Objects as configurations, and back: what every part is written and read by.

This room lies below the base classes. It knows none of them: classes are found by name, in the
registry and among the custom objects.
"""
