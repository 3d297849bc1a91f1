"""Images for questions."""
