"""Students' attempts, for administrators."""
