"""Categories, for administrators."""
