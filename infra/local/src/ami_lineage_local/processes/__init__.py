"""Child processes: their description, their identity, their supervision. Knows nothing of AMI Lineage."""
