"""People who register without a pause while instances come and go, and what they were answered."""

import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Event

import httpx

from tests.containers.people import registration
from tests.containers.projects import Project

CLIENTS = 4
PAUSE = 0.2  # seconds of a client between two people: the processor is the services'
AGAIN = {"202", "503 with Retry-After"}


@dataclass
class Load:
    """`answers`: how often each was given. Requests go to the instances in turn; what one does not take or
    breaks off is sent to the next with the same key, as a proxy does: `passed on`, or `nobody` took it."""

    office: Project
    first: int
    answers: Counter[str] = field(default_factory=Counter)
    over: Event = field(default_factory=Event)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Ends when each one who asked has an answer."""
        numbers = count(self.first)
        with ThreadPoolExecutor(CLIENTS) as pool:
            clients = [pool.submit(self._register_all, numbers) for _ in range(CLIENTS)]
            try:
                yield
            finally:
                self.over.set()
            for client in clients:
                self.answers += client.result()

    def _register_all(self, numbers: Iterator[int]) -> Counter[str]:
        desks, answers = deque(self.office.desks), Counter[str]()
        while not self.over.is_set():
            number = next(numbers)
            while ask(desks, number, answers) in AGAIN:
                time.sleep(0.3)
            time.sleep(PAUSE)
        return answers


def ask(desks: deque[httpx.Client], number: int, answers: Counter[str]) -> str:
    """The first answer of an instance, and count it."""
    answer = "nobody"
    for _ in range(len(desks)):
        desks.rotate()
        try:
            answer = told(registration(number).sent(desks[0]))
            break
        except httpx.TransportError:
            answers["passed on"] += 1
    answers[answer] += 1
    return answer


def told(answer: httpx.Response) -> str:
    known = "Retry-After" in answer.headers
    return f"{answer.status_code} with Retry-After" if known else str(answer.status_code)
