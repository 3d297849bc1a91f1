"""Categories, as admins keep them."""
