"""Works on the jobs that requests handed over."""
