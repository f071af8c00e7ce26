"""What training is made of: optimizers, schedules, losses, metrics and callbacks.

Everything here reaches users through the plugin hooks in `cornu_optim.plugin`;
`from cornu.optimizers import Adam` is the public way in.
"""
