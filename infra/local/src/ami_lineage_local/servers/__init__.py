"""The real servers that stand in for AWS and Neptune on one machine, one module each."""
