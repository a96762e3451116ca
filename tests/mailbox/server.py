"""A real Dovecot on loopback, with one mailbox in a folder of its own."""

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

DRIP_SECONDS = 0.3
CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 0
first_valid_gid = 0
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}
}}
"""


@dataclass
class Dovecot:
    """A running server; its one user has the password `secret`."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"imap://desk:secret@127.0.0.1:{self.port}/INBOX"

    def deliver(self, raw: bytes, name: str = "") -> Path:
        """Put a message into the mailbox, as a mail server does."""
        name = name or f"{time.time_ns()}.test"
        file = self.folder / "mail" / "new" / name
        file.write_bytes(raw)
        shutil.chown(file, *_mail_owner())
        return file

    def names(self) -> list[str]:
        """The files of the mailbox, with their flags."""
        mail = self.folder / "mail"
        return sorted(
            one.name for part in ("new", "cur") for one in (mail / part).iterdir()
        )


def _mail_owner() -> tuple[str, str]:
    if os.getuid() == 0:
        return "mail", "mail"
    user = getpass.getuser()
    return user, _group_of(user)


def _group_of(user: str) -> str:
    import grp  # noqa: PLC0415 - beside pwd, for one name

    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name


def _config(folder: Path, port: int) -> str:
    user, group = _mail_owner()
    is_root = os.getuid() == 0
    return CONFIG.format(
        folder=folder,
        port=port,
        user=user,
        group=group,
        internal="dovecot" if is_root else user,
        internal_group="dovecot" if is_root else group,
        login="dovenull" if is_root else user,
    )


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@contextmanager
def running() -> Iterator[Dovecot]:
    """Yield the server once it answers; its own user must reach its folder."""
    with tempfile.TemporaryDirectory(prefix="dovecot-") as made:
        folder = Path(made)
        _lay_out(folder)
        server = Dovecot(folder, _free_port())
        config = folder / "dovecot.conf"
        config.write_text(_config(folder, server.port))
        process = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", config])  # noqa: S603 - ours
        try:
            _wait(server.port)
            yield server
        finally:
            process.terminate()
            process.wait(10)


def _lay_out(folder: Path) -> None:
    for part in ("cur", "new", "tmp"):
        (folder / "mail" / part).mkdir(parents=True)
    for one in (folder, folder / "mail", *(folder / "mail").iterdir()):
        shutil.chown(one, *_mail_owner())
        one.chmod(0o755)


def _wait(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", port), 1) as door,
        ):
            if door.recv(10):
                return
        time.sleep(0.05)
    message = "Dovecot does not answer"
    raise RuntimeError(message)


class Dripping:
    """
    A way to a server on which, from some answer on, a byte comes every so often.

    ``after`` is how many messages may pass whole before; None drips the greeting.
    """

    def __init__(self, server: Dovecot, after: int | None) -> None:
        self._server = server
        self._after = after
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = server.url.replace(
            str(server.port), str(self._door.getsockname()[1])
        )

    def _is_slow(self) -> bool:
        return self._after is None or self._after < 0

    def pass_on(self) -> None:
        """Pass one connection on, until either side ends it."""
        with suppress(OSError):
            desk, _ = self._door.accept()
            ours = socket.create_connection(("127.0.0.1", self._server.port))
            with desk, ours:
                asking = threading.Thread(target=self._ask, args=(desk, ours))
                asking.start()
                with suppress(OSError):
                    self._answer(ours, desk)
                ours.shutdown(socket.SHUT_RDWR)
                asking.join(5)

    def close(self) -> None:
        """Let nobody else in."""
        self._door.close()

    def _ask(self, desk: socket.socket, ours: socket.socket) -> None:
        with suppress(OSError):
            while asked := desk.recv(65536):
                if b"UID FETCH" in asked and self._after is not None:
                    self._after -= 1
                ours.sendall(asked)

    def _answer(self, ours: socket.socket, desk: socket.socket) -> None:
        while answered := ours.recv(65536):
            if not self._is_slow():
                desk.sendall(answered)
                continue
            for one in answered:
                desk.sendall(bytes([one]))
                time.sleep(DRIP_SECONDS)


@contextmanager
def dripping(server: Dovecot, *, after: int | None) -> Iterator[Dripping]:
    """Yield such a way, for one connection."""
    way = Dripping(server, after)
    thread = threading.Thread(target=way.pass_on)
    thread.start()
    try:
        yield way
    finally:
        way.close()
        thread.join(10)
