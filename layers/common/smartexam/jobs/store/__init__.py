"""The items of jobs, in the ephemeral table: a job is forgotten a week after it was asked for."""
