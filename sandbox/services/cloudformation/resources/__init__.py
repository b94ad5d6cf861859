"""One handler for each resource type, by service; each makes API calls and nothing else.

What a resource is, and what is refused about it, is the business of its service.
"""
