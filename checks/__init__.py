"""Checks of what is deployed: the rendered template and the runbook in it."""
