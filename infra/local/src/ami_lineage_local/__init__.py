"""The whole system on one machine: starts servers and services."""
