"""Pictures and PDFs, for the few functions that deal with them."""
