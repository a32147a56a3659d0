"""EventBridge events that AWS services send themselves, a module for each service (AWS_FACTS 3.7)."""
