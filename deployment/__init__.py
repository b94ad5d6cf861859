"""What runs before a deployment and before its end: `make preflight`, `make undeploy`."""
