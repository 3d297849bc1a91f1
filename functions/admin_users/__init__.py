"""Accounts as admins keep them."""
