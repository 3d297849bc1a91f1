"""The language model as the local stack has it: a stand-in, or with a key of the developer's the real one."""
