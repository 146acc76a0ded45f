"""The program in processes of its own, each forked from one that has imported all of it already.

A start takes half a second to two, most of it imports. What stands in the place of the program is a client:
it hands its words, folder, environment and streams to a server, which forks, and ends as the fork ends. The
start itself is tested where the real program runs, and so are limits of a process and what Python reads from
its own variables in the environment.
"""

import atexit
import functools
import gc
import importlib
import marshal
import os
import pkgutil
import runpy
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from pathlib import Path

CLIENT = """\
import marshal, os, signal, socket, sys

with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
    server.connect(sys.argv[1])
    told = marshal.dumps((sys.argv[2:], os.getcwd(), dict(os.environ)))
    socket.send_fds(server, [told], [0, 1, 2])
    status = int(server.recv(8))
if status < 0:
    os.kill(os.getpid(), -status)
sys.exit(status)
"""


def forked_program() -> list[str]:
    """The words that run the program, to be followed by its arguments; off Linux those of the real one."""
    return [str(folder() / "carhound")] if sys.platform == "linux" else [sys.executable, "-m", "carhound"]


def forked_python() -> list[str]:
    """The same of Python, with the program imported; it knows -c and -m alone."""
    return [str(folder() / "python")] if sys.platform == "linux" else [sys.executable]


@functools.cache
def folder() -> Path:
    """A folder with scripts `carhound` and `python`, whose server runs as long as this process."""
    folder = Path(tempfile.mkdtemp(prefix="carhound-"))
    words = shlex.join([sys.executable, "-IS", str(folder / "client.py"), str(folder / "server")])
    for name, first in (("carhound", "-m carhound"), ("python", "")):
        (folder / name).write_text(f'#!/bin/sh\nexec {words} {first} "$@"\n', encoding="utf-8")
        (folder / name).chmod(0o755)
    (folder / "client.py").write_text(CLIENT, encoding="utf-8")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(folder / "server"))
        listener.listen()
        command = [sys.executable, __file__, str(listener.fileno())]
        server = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=[listener.fileno()]
        )

    def close() -> None:
        server.communicate()
        shutil.rmtree(folder)

    atexit.register(close)
    return folder


def serve(listener: socket.socket) -> bool:
    """Returns True in each fork, its streams in place, and False when nobody needs the server any more."""
    running: dict[int, tuple[int, socket.socket]] = {}
    while True:
        clients = {client: ended for ended, (_, client) in running.items()}
        ready, _, _ = select.select([listener, sys.stdin, *running, *clients], [], [])
        if sys.stdin in ready:
            return False
        for one in ready:
            if one is listener:
                client, _ = listener.accept()
                told, streams, _, _ = socket.recv_fds(client, 1 << 20, 3)
                child = os.fork()
                if child == 0:
                    become(streams, *marshal.loads(told))  # noqa: S302 - from our own client
                    return True
                for stream in streams:
                    os.close(stream)
                running[os.pidfd_open(child)] = child, client
            elif one in clients and clients[one] in running:  # it is gone, and its program shall go too
                os.kill(running[clients[one]][0], signal.SIGKILL)
            elif one in running:
                child, client = running.pop(one)
                os.close(one)
                status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                with client, suppress(OSError):
                    client.send(str(status).encode())


def become(streams: list[int], words: list[str], folder: str, environment: dict[str, str]) -> None:
    """Makes this process one that was started so."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv[:] = words
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        os.dup2(streams[number], number)
        os.close(streams[number])
        before = getattr(sys, name)
        stream = os.fdopen(number, mode, encoding=before.encoding, errors=before.errors, closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    sys.stderr.reconfigure(line_buffering=True)


def load() -> None:
    """Imports the whole program."""
    package = importlib.import_module("carhound")
    for module in pkgutil.walk_packages(package.__path__, "carhound."):
        if module.name != "carhound.__main__":
            importlib.import_module(module.name)
    gc.freeze()


def run() -> int:
    """What `python -m MODULE` or `python -c CODE` does, and its exit status."""
    option, what, *arguments = sys.argv
    sys.argv[:] = [option, *arguments]
    try:
        if option == "-c":
            exec(what, {"__name__": "__main__"})  # noqa: S102 - as asked
        else:
            runpy.run_module(what, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except BaseException:
        traceback.print_exc()
    return 1


def end(status: int) -> None:
    """Ends this process without taking apart what was imported, which takes longer than most runs."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    inherited = socket.socket(fileno=int(sys.argv[1]))
    load()
    end(run() if serve(inherited) else 0)
