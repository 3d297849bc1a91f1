"""Conversations, discussions, open sockets and the study assistant's history."""
