"""Removes what deleted accounts leave behind."""
