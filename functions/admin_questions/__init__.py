"""Questions, as administrators write, import and export them."""
