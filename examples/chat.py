"""Two people chat in two terminals.

    python3 examples/chat.py http://127.0.0.1:3000 student1 student2
    python3 examples/chat.py http://127.0.0.1:3000 student2 student1

The first name is who signs in, the second whom they write to. What you type is sent, what arrives is shown; an empty
line marks the conversation as read, Ctrl-D ends. Cut the network: what was missed is fetched when it is back, and what
was not acknowledged is sent again, once.

It needs `websockets` (pip install websockets) besides Python 3.11.
"""

from chatting.client import main

if __name__ == "__main__":
    raise SystemExit(main())
