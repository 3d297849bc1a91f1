"""Questions, for administrators: editing, import and export."""
