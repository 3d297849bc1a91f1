"""Students and batches, for administrators."""
