"""Evaluates policies over images and records verdicts."""
