"""Accounts in the identity table; sessions, tokens and revocations in the ephemeral table."""
