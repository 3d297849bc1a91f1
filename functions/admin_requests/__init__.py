"""Requests for another role, for administrators."""
