"""Signing in and out, on the web and in apps."""
