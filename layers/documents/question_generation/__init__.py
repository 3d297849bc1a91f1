"""Generates questions from PDFs and topics: extraction, mining and writing, with checks of the model's output."""
