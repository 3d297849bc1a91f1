"""Who is calling and what they may do: accounts, credentials, sessions, roles and requests for a role."""
