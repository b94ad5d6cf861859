"""What the built function is measured against. Nothing here is deployed."""
