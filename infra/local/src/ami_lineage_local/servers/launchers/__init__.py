"""Scripts that run inside the servers, not in our own interpreter."""
