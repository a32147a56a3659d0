"""Backfill: reads what exists in each account and Region, and appends what the log does not tell (AWS_FACTS 11)."""
