"""Students' attempts, as admins keep them."""
