"""What policy-engine does, over ports."""
