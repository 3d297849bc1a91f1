"""Writes and sends the mails that requests ask for."""
