"""A name server on loopback (DNS over UDP, RFC 1035) that gives each question the next of its answers: a name that is bound anew."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterable
from ipaddress import IPv4Address


class Names:
    """A server that lives as long as its `with` block; the last answer is given for ever."""

    def __init__(self, answers: Iterable[str]) -> None:
        self._answers = list(answers)
        self.asked = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._socket.getsockname()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Names:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._socket.sendto(b"", self.address)  # an empty question is the last
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            question, asker = self._socket.recvfrom(512)
            if not question:
                return
            answer = self._answers[min(self.asked, len(self._answers) - 1)]
            self.asked += 1
            self._socket.sendto(_reply(question, IPv4Address(answer)), asker)


def _reply(question: bytes, address: IPv4Address) -> bytes:
    """One A record, to be forgotten at once, for the name that stands at byte 12 of the question."""
    end = question.index(b"\0", 12) + 5
    head = question[:2] + struct.pack(">HHHHH", 0x8180, 1, 1, 0, 0)
    record = struct.pack(">HHHLH", 0xC00C, 1, 1, 0, 4) + address.packed
    return head + question[12:end] + record
