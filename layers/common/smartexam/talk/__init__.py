"""What people write to each other: messages, discussions of questions, and their delivery to open sockets."""
