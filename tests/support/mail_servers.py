"""A mail server and a GOV.UK Notify in this process: real sockets, which note what they are given and answer as they are told."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"


class SmtpInbox:
    """What a mail server was given. ``answers``: by command what it answers in place of yes; ``hang_up``: after which command."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.to: list[str] = []
        self.answers: dict[str, bytes] = {}
        self.hang_up = ""
        self._socket = socket.create_server((HOST, 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 here\r\n")
            for line in lines:
                command = line[:4].strip().upper().decode("ascii", "replace")
                if command == "RCPT":
                    self.to.append(line.decode().strip())
                answer = self.answers.get(command, {"QUIT": b"221 bye", "DATA": b"354 go on"}.get(command, b"250 yes"))
                if command != "DATA" or not answer.startswith(b"354"):
                    connection.sendall(answer + b"\r\n")
                else:
                    connection.sendall(answer + b"\r\n")
                    self.mails.append(message_from_bytes(_data(lines)))
                    if self.hang_up == "DATA":
                        return
                    connection.sendall(self.answers.get("END", b"250 taken") + b"\r\n")
                if command == "QUIT":
                    return

    def close(self) -> None:
        self._socket.close()


def _data(lines: Any) -> bytes:
    found = []
    for line in lines:
        if line == b".\r\n":
            break
        found.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    return b"".join(found)


@contextmanager
def smtp_inbox() -> Iterator[SmtpInbox]:
    inbox = SmtpInbox()
    try:
        yield inbox
    finally:
        inbox.close()


class NotifyInbox:
    """What Notify was asked: headers and JSON. ``status``: what it answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.status = 201
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                inbox.asked.append((self.path, dict(self.headers), sent))
                self.send_response(inbox.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                """Nothing is printed."""

        self.server = ThreadingHTTPServer((HOST, 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@contextmanager
def notify_inbox() -> Iterator[NotifyInbox]:
    inbox = NotifyInbox()
    try:
        yield inbox
    finally:
        inbox.server.shutdown()
        inbox.server.server_close()
