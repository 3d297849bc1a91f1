"""A student who asks the assistant: the day's count must equal the answers, and no turn may be stored in part."""

import random
import threading
from dataclasses import dataclass

from bench.soak.client import GaveUpError
from bench.soak.ledger import Ledger
from bench.soak.setting import Person

DAILY_LIMIT = 50


@dataclass
class Asker:
    """Asks until the day's questions are used up or told to stop."""

    person: Person
    ledger: Ledger
    chance: random.Random
    ending: threading.Event
    pause: tuple[float, float] = (10.0, 25.0)
    answered: int = 0
    lost: int = 0

    def run(self) -> None:
        """Act; what goes wrong is in the ledger."""
        try:
            while not self.ending.is_set():
                self._ask()
                self.person.client.get("/api/assistant-init")
                self.ending.wait(self.chance.uniform(*self.pause))
        except (GaveUpError, KeyError, TypeError) as error:
            self.ledger.violated(f"{self.person.name} could not go on asking: {error!r}")

    def check(self) -> None:
        """A question whose answer was lost may be counted, and no other one."""
        state = self.person.client.get("/api/assistant-init")
        used, turns = state["questionsUsed"], state["history"]
        if not self.answered <= used <= min(DAILY_LIMIT, self.answered + self.lost):
            self.ledger.violated(f"{self.person.name} has used {used} of {self.answered} answered, {self.lost} lost")
        sides = [turn["isUser"] for turn in turns]
        self.ledger.expect(f"the turns of {self.person.name}", sides, [True, False] * (len(sides) // 2))

    def _ask(self) -> None:
        body = {"message": f"What is {self.answered} plus {self.lost}?"}
        answer = self.person.client.call("POST", "/api/study-chat", body, repeats=False, accepts=(200, 429))
        if answer.status == 200:
            self.answered += 1
            self.ledger.count("questions answered by the assistant")
        elif answer.status == 429:
            if self.answered + self.lost < DAILY_LIMIT:
                self.ledger.violated(f"{self.person.name} was refused after {self.answered} questions")
            self.ending.wait()
        else:
            self.lost += 1
