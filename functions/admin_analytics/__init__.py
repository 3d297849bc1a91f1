"""How the institute's students do."""
