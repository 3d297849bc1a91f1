"""Questions from PDFs and topics: extraction, mining and writing, with checks of what the model returns."""
