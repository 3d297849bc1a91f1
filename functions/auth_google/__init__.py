"""Signing in with Google; separate from the other sign-ins, because its dependencies are slow to import."""
