"""Checks the consistency of all stored items: counts are right, references lead to items.

Every check reads everything that is stored; flows add their own checks.
"""

from collections import Counter
from fractions import Fraction
from typing import Any

from smartexam.accounts.store import directory
from smartexam.accounts.user import User
from smartexam.platform.dynamodb.table import Put
from smartexam.platform.principal import portals
from tests.dynamodb.database import Row, Rows

Stored = dict[str, Rows]


def check(stored: Stored) -> None:
    """Raise if stored items contradict each other."""
    _accounts(stored["identity"])
    _batches(stored["identity"])
    _access_requests(stored["identity"])
    _audit(stored["identity"])
    _exams(stored["catalog"])
    _attempts(stored["attempts"])
    _connections(stored["messaging"])
    _conversations(stored["messaging"], stored["ephemeral"])
    _discussions(stored["discussions"])
    _sockets(stored["ephemeral"])


def of(rows: Rows, pk: str, sk: str = "") -> dict[tuple[str, str], Row]:
    """The items whose keys start with these prefixes."""
    return {key: row for key, row in rows.items() if key[0].startswith(pk) and key[1].startswith(sk)}


def number(key: str) -> int:
    """The last number of a key."""
    return int(key.rpartition("#")[2])


def _accounts(rows: Rows) -> None:
    users = [_user(number(pk), row) for (pk, _), row in of(rows, "USER#", "PROFILE").items()]
    expected = {(f"NAME#{user.username}", "NAME"): user.id for user in users}
    expected |= {(f"EMAIL#{user.email}", "EMAIL"): user.id for user in users}
    expected |= {(f"NAME#{user.roll_no.casefold()}", "NAME"): user.id for user in users if user.roll_no}
    expected |= {(f"GOOGLE#{user.google_sub}", "GOOGLE"): user.id for user in users if user.google_sub}
    markers = {key: row["user_id"] for kind in ("NAME#", "EMAIL#", "GOOGLE#") for key, row in of(rows, kind).items()}
    assert markers == expected, "markers of names and addresses"
    counts = Counter(user.role for user in users)
    counts["admins"] = sum("admin" in portals(user.role) and user.is_active for user in users)
    names = {"user_role": "user", "admin_role": "admin", "both_roles": "user,admin", "admins": "admins"}
    counted = _summed(rows, "USERS")
    assert {name: counted.get(name, 0) for name in names} == {name: counts[of_] for name, of_ in names.items()}, "roles"
    lists: dict[tuple[str, str], Any] = {}
    for user in users:
        puts = directory.listing_puts(user) + (directory.search_puts(user) if user.is_findable else [])
        lists |= {(put.item.pk, put.item.sk): getattr(put.item, "role", None) for put in puts if isinstance(put, Put)}
    found = {key: row.get("role") for kind in ("USERS#", "MATCH#", "SEARCH#") for key, row in of(rows, kind).items()}
    assert found == lists, "lists of accounts"


def _summed(rows: Rows, name: str) -> Counter[str]:
    """A counter's amounts, summed over its shards."""
    total = Counter[str]()
    for row in of(rows, "STATISTICS", name).values():
        total.update(row)
    return total


def _user(user_id: int, row: Row) -> User:
    return User(
        id=user_id,
        username=row["username"],
        email=row["email"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        role=row["role"],
        password_hash=row.get("password_hash"),
        google_sub=row.get("google_sub"),
        auth_version=row["auth_version"],
        credentials_version=row["credentials_version"],
        created_at=row["created_at"],
        roll_no=row.get("roll_no"),
        deactivated_at=row.get("deactivated_at"),
    )


def _batches(rows: Rows) -> None:
    batches = {number(pk): row for (pk, _), row in of(rows, "BATCH#", "BATCH").items()}
    assert {row["name"].casefold(): batch_id for batch_id, row in batches.items()} == {
        sk: row["batch_id"] for (_, sk), row in of(rows, "BATCHES").items()
    }, "names of batches"
    members = {(number(pk), number(sk)) for pk, sk in of(rows, "BATCH#", "MEMBER#")}
    enrolled = {
        (int(batch_id), number(pk))
        for (pk, _), row in of(rows, "ENROLMENT#", "ENROLMENT").items()
        for batch_id in row["batch_ids"].split(",")
        if batch_id
    }
    assert members == enrolled, "enrolments"
    counted = Counter(batch_id for batch_id, _ in members)
    assert {batch_id: row["student_count"] for batch_id, row in batches.items()} == {
        batch_id: counted[batch_id] for batch_id in batches
    }, "students of batches"


def _access_requests(rows: Rows) -> None:
    expected: set[tuple[str, str]] = set()
    counts: Counter[str] = Counter()
    for (pk, _), row in of(rows, "REQUEST#", "REQUEST").items():
        request_id, status = number(pk), row["status"]
        counts[status] += 1
        place = f"{int(row['requested_at'] * 1000):013d}#{request_id}"
        expected |= {("REQUESTS#ALL", place), (f"REQUESTS#{status}", place), (f"USER#{row['user_id']}", pk)}
        if status == "pending":
            expected.add((f"USER#{row['user_id']}", "PENDING_REQUEST"))
        elif row["processed_by"]:
            expected.add((f"USER#{row['processed_by']}", f"PROCESSED#{request_id}"))
    found = set(of(rows, "REQUESTS#"))
    found |= {key for kind in ("REQUEST#", "PENDING_REQUEST", "PROCESSED#") for key in of(rows, "USER#", kind)}
    assert found == expected, "rows of access requests"
    counted = _summed(rows, "REQUESTS")
    assert {name: counted.get(name, 0) for name in ("pending", "completed", "denied")} == {
        name: counts[name] for name in ("pending", "completed", "denied")
    }, "counts of access requests"


def _audit(rows: Rows) -> None:
    entries = Counter(
        (row["at"], row["actor_id"], row["action"], row["target"], row.get("before"), row.get("after"))
        for row in of(rows, "AUDIT").values()
    )
    assert all(count == 1 for count in entries.values()), f"logged twice: {entries}"


def _exams(rows: Rows) -> None:
    cards: dict[int, list[Row]] = {}
    for row in of(rows, "CARD#").values():
        cards.setdefault(row["exam_id"], []).append(row)
    listed: set[tuple[str, str]] = set()
    categories: Counter[int] = Counter()
    pointers: dict[tuple[str, str], tuple[int, str]] = {}
    for exam_id, replicas in cards.items():
        assert len(replicas) == 4, "replicas of a card"
        # That the paper is compiled is recorded in one replica after the other; a reader without the record compiles it
        # again.
        noted = [row.pop("compiled_version") for row in replicas]
        assert all(version <= replicas[0]["content_version"] for version in noted), "a paper from the future"
        assert all(row == replicas[0] for row in replicas), "replicas of a card differ"
        listed |= _listings(exam_id, replicas[0])
        categories[replicas[0].get("category_id", 0)] += 1
        pointers |= _questions(exam_id, replicas[0], rows)
    assert set(of(rows, "LIST#")) == listed, "lists of exams"
    assert rows.get(("STATISTICS", "EXAMS"), {"exams": 0})["exams"] == len(cards), "how many exams"
    stored = {key: (row["exam_id"], row["question_sk"]) for key, row in of(rows, "QUESTION#", "POINTER").items()}
    assert stored == pointers, "where questions lie"
    names = {row["category_id"]: (row["name"], row.get("image_path")) for row in of(rows, "CATEGORIES").values()}
    known = {row["category_id"]: row for row in of(rows, "CATEGORY#").values()}
    assert names == {each: (row["name"], row.get("image_path")) for each, row in known.items()}, "categories"
    for category_id, row in known.items():
        assert row["exam_count"] == categories[category_id], "exams of a category"


def _listings(exam_id: int, card: Row) -> set[tuple[str, str]]:
    place = f"{card['date']} {card['start_time']}#{exam_id:016d}"
    lists = {("ALL", place), (f"S:{card['status']}", place)}
    if card["status"] != "completed" and "closes_at" in card:
        lists |= {("CLOSING", place), ("CLOSES", f"{card['closes_at']:012d}#{exam_id:016d}")}
    elif card["status"] != "completed":
        lists.add((f"OPEN:{card['status']}", place))
    rows = {(f"LIST#{kind}", key) for kind, key in lists}
    if "category_id" in card:
        category = f"LIST#C:{card['category_id']}"
        rows |= {(category if kind == "ALL" else f"{category}#{kind}", key) for kind, key in lists}
    return rows


def _questions(exam_id: int, card: Row, rows: Rows) -> dict[tuple[str, str], tuple[int, str]]:
    arriving = {int(entry.partition("@")[0]) for entry in card.get("open_batches", ())}
    shown = {key: row for key, row in of(rows, f"EXAM#{exam_id}", "Q#").items() if key[0] == f"EXAM#{exam_id}"}
    shown = {key: row for key, row in shown.items() if row.get("batch") not in arriving}
    own = [row["positive_marks"] for row in shown.values() if "positive_marks" in row]
    counted = card["question_count"], Fraction(card["own_marks"]), card["without_own_marks"]
    assert counted == (len(shown), sum(map(Fraction, own)) * 300, len(shown) - len(own)), "counts of questions"
    # The remains of an incomplete batch are deleted with the exam's next one.
    everything = of(rows, f"EXAM#{exam_id}", "Q#")
    return {
        (f"QUESTION#{row['question_id']}", "POINTER"): (exam_id, sk)
        for (pk, sk), row in everything.items()
        if pk == f"EXAM#{exam_id}"
        and (row.get("batch") not in arriving or (f"QUESTION#{row['question_id']}", "POINTER") in rows)
    }


def _attempts(rows: Rows) -> None:
    results = {(pk, number(sk)): row for (pk, sk), row in of(rows, "USER#", "RESULT#").items()}
    history = {(pk, number(sk)): row for (pk, sk), row in of(rows, "USER#", "HISTORY#").items()}
    assert results.keys() == history.keys(), "results and their places in the history"
    for key, row in history.items():
        assert all(results[key][name] == value for name, value in row.items() if name != "exam_sk"), "a result"
    of_exam = Counter((pk, row["exam_id"]) for (pk, _), row in results.items())
    for (pk, sk), row in of(rows, "USER#", "SITTING#").items():
        place = (pk, number(sk))
        assert row.get("completed", 0) == row.get("spent", 0) + row.get("allowance", 0), "attempts spent"
        running = row["status"] in {"open", "closed"}
        assert row.get("attempts_started", 0) == of_exam[place] + running, "attempts started"
        assert running == ("due_shard" in row), "what the sweeper finds"


def _connections(rows: Rows) -> None:
    inboxes: set[tuple[str, str]] = set()
    pairs: set[str] = set()
    for (pk, sk), row in of(rows, "USER#", "PEER#").items():
        other = rows.get((f"USER#{number(sk)}", f"PEER#{number(pk)}"), {})
        same = ("connection_id", "requester_id", "status", "conversation_id", "created_at")
        assert all(row.get(name) == other.get(name) for name in same), "the two sides of a connection"
        pairs.add(f"REQUEST#{row['connection_id']}")
        if row["status"] == "pending" and row["requester_id"] != number(pk):
            inboxes.add((pk, f"INBOX#{row['connection_id']:016d}"))
        if row["status"] == "accepted":
            assert (f"CONV#{row['conversation_id']}", "META") in rows, "the conversation of two who are connected"
            assert (pk, f"CONV#{row['conversation_id']}") in rows, "a membership of two who are connected"
    assert set(of(rows, "USER#", "INBOX#")) == inboxes, "inboxes"
    # A repeated request has another id; the first one leads nowhere.
    assert pairs <= {pk for pk, _ in of(rows, "REQUEST#")}, "numbers of connections"


def _conversations(rows: Rows, ephemeral: Rows) -> None:
    heads = {pk for pk, _ in of(rows, "CONV#", "META")}
    assert {pk for pk, _ in of(rows, "CONV#")} == heads, "what is left of conversations that ended"
    memberships = of(rows, "USER#", "CONV#")
    assert {f"CONV#{number(sk)}" for _, sk in memberships} == heads, "conversations and their members"
    for pk in heads:
        messages = [number(sk) for key, sk in of(rows, pk, "MSG#") if key == pk]
        assert sorted(messages) == list(range(1, rows[pk, "META"].get("message_count", 0) + 1)), "numbers of messages"
        members = {number(key) for key, sk in memberships if sk == pk}
        roster = rows.get((pk, "ROSTER"))
        assert roster is None or set(map(int, roster["members"])) == members, "members of a group"
        assert roster is None or roster["admin_id"] in members, "the admin of a group"
        deleted = [entry for (key, _), row in of(rows, pk, "DELETED#").items() if key == pk for entry in row["entries"]]
        assert len(deleted) == rows[pk, "META"].get("deleted_count", 0), "deleted messages"
    for (pk, _), row in memberships.items():
        assert row["read_count"] >= row["read_up_to"] or "last_sent" not in row, f"what {pk} has read"
    for (pk, sk), row in of(ephemeral, "SENT#").items():
        conversation_id, _, client_id = sk.partition("#")
        message = rows.get((f"CONV#{conversation_id}", f"MSG#{row['number']:08d}"))
        if message is not None:
            assert (message["sender_id"], message["client_id"]) == (number(pk), client_id), "what came of a client_id"


def _discussions(rows: Rows) -> None:
    for (pk, _), count in of(rows, "QUESTION#", "COUNT").items():
        comments = {sk: row for (key, sk), row in of(rows, pk, "THREAD#").items() if key == pk}
        alive = {sk: row for sk, row in comments.items() if "deleted_at" not in row}
        assert count.get("comments", 0) == len(alive), "comments counted"
        pinned = {f"PIN#{sk}" for sk, row in alive.items() if "pinned_at" in row and sk.count("#") == 2}
        assert {sk for key, sk in of(rows, pk, "PIN#") if key == pk} == pinned, "pins"
        assert count.get("pins", 0) == len(pinned), "pins counted"
        assert count.get("best_id") in {None, *(row["comment_id"] for row in alive.values())}, "the best answer"
        for sk, row in comments.items():
            if sk.count("#") == 2:
                replies = [other for other in comments if other.startswith(f"{sk}#")]
                assert row.get("replies", 0) == len(replies), "replies counted"
        assert (f"EXAM#{count['exam_id']}", pk) in rows, "the list of what was discussed"
    found = {row["comment_id"]: (pk, sk, row) for (pk, sk), row in of(rows, "QUESTION#", "THREAD#").items()}
    pointers = {
        number(pk): (f"QUESTION#{row['question_id']}", row["place"]) for (pk, _), row in of(rows, "COMMENT#").items()
    }
    assert pointers == {comment_id: place[:2] for comment_id, place in found.items()}, "where comments lie"
    by_author = {(number(pk), number(sk)) for pk, sk in of(rows, "USER#", "COMMENT#")}
    assert by_author == {
        (row["author_id"], comment_id) for comment_id, (_, _, row) in found.items() if "author_id" in row
    }, "comments by author"


def _sockets(rows: Rows) -> None:
    owned = {(pk.removeprefix("SOCKET#"), row["user_id"]) for (pk, _), row in of(rows, "SOCKET#").items()}
    listed = {
        (name.removeprefix("socket:"), number(pk))
        for (pk, _), row in of(rows, "SOCKETS#").items()
        for name in row
        if name.startswith("socket:")
    }
    # Unlisted items cannot be found, and expire.
    assert listed <= owned, "connections and whose they are"
    following = {
        (f"QUESTION#{question_id}", pk)
        for (pk, _), row in of(rows, "SOCKET#").items()
        for question_id in row.get("questions", ())
    }
    assert set(of(rows, "QUESTION#", "SOCKET#")) <= following, "who follows what"
