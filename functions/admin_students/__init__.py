"""Students and batches as admins keep them."""
