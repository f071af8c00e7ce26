"""The layers of Cornu, with their activations, initializers, regularizers and constraints.

Everything here reaches users through the plugin hooks in `cornu_layers.plugin`;
`from cornu.layers import Dense` is the public way in.
"""
