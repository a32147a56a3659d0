"""How policy-engine is run."""
