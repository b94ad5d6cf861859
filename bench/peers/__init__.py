"""Certsweep beside other programs that find expired server certificates, in one account.

Each peer is installed from a registry into an environment of its own, and pointed at the sandbox.
Nothing of them is imported here: they are run as anybody runs them, and their answers are read.
"""
