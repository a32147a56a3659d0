"""What graph-writer speaks to besides the shared libraries."""
