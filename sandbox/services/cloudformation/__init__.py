"""CloudFormation: reading templates, resolving their functions, the order and undoing of changes.

Resources are made in `resources`, by calls to the sandbox's own services.
"""
