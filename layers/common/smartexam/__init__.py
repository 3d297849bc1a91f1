"""The layer that every function shares: API plumbing, authentication, data access and the exam domain."""
