"""Rate limits and quotas: what may be done only so often."""
