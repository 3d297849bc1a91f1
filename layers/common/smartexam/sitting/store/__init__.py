"""Sittings, drafts, attempts and results in the attempts table."""
