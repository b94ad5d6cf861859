"""Who may do what: IAM's policy language, the permissions of operations, and roles.

Nothing here answers an operation.
"""
