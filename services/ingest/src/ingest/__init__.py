"""Normalises CloudTrail into events and appends them to the log."""
