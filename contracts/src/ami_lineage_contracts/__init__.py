"""Envelope, events, stream ids, graph vocabulary and topology that the services of AMI Lineage share."""
