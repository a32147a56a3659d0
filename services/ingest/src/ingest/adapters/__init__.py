"""Files and AWS: what the application reaches through the outside world."""
