"""CloudFormation: stacks that are made of the sandbox's own API calls.

Here lives what stands between a template and those calls: reading and checking the template,
resolving its functions, the order and the undoing of changes, and one small handler for each
resource type. What a resource is, and what is refused about it, is the business of its service.
"""
