"""The verdict table, in DynamoDB and in memory, and policy files."""
