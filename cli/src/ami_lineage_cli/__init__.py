"""Command line of AMI Lineage."""
