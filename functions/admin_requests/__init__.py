"""Requests for another role, as admins decide them."""
