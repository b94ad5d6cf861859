"""A local AWS in one process, for the demo and the end-to-end tests; see README.md."""
