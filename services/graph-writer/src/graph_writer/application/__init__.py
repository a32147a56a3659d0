"""What graph-writer does: project, catch up, rebuild, verify."""
