"""Signing in with Google: apart from the other sign-ins, because what it needs is slow to import."""
