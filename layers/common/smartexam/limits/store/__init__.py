"""Windows and quotas in the ephemeral table."""
