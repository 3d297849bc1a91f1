"""The progress and results of jobs."""
