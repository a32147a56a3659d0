"""The EC2 calls: each changes the world and leaves its record."""
