"""Two people chat in two terminals.

    python3 examples/chat.py http://127.0.0.1:3000 student1 student2
    python3 examples/chat.py http://127.0.0.1:3000 student2 student1

The first name signs in and writes to the second. Typed lines are sent and arriving messages shown; an empty line marks
the conversation as read, Ctrl-D ends. If the network fails, missed messages are fetched after it returns, and
unacknowledged ones are sent again, once.

It needs `websockets` (pip install websockets) besides Python 3.11.
"""

from chatting.client import main

if __name__ == "__main__":
    raise SystemExit(main())
