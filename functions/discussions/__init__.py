"""Discussions of questions."""
