"""The log in DynamoDB: packing into transactions, writing, reading."""
