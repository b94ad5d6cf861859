"""Lambda functions that really run, and what Lambda checks of them.

Their control plane, CreateFunction and the like, is moto's.
"""
