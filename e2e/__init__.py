"""End-to-end tests: the built zip against the sandbox."""
