"""What runs around a deployment: `make preflight`, `make status`, `make undeploy`."""
