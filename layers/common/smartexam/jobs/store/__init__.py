"""Jobs in the ephemeral table; a job is deleted a week after it was asked for."""
