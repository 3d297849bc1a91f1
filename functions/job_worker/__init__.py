"""Works on jobs."""
