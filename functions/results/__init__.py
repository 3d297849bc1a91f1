"""A student's visible results."""
