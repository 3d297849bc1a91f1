"""The layer that all functions share: API, authentication, data access and the exam rules."""
