"""An example plugin for Cornu. Users import its parts from ``cornu.layers`` and its neighbours."""
