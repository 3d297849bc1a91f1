"""Removes what conversations leave behind when they end."""
