"""The log of what admins changed."""
