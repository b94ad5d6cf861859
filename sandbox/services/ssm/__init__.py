"""Systems Manager Automation: checks runbooks and runs their real steps.

The documents themselves are stored by moto.
"""
