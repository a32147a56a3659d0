"""The append-only event log in DynamoDB."""
