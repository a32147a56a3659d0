"""What a file of records may look like: each recognised by its content, each read as a stream within limits."""
