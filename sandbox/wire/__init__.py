"""What AWS's services have in common on the wire: requests, models, validation and pages.

Nothing here knows a service or keeps a state.
"""
