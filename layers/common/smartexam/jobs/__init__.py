"""Work that takes longer than a request: jobs that are done once, and can be watched meanwhile."""
