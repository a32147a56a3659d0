"""SQS consumer loop, EventBridge publisher and AWS sessions."""
