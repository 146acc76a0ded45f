"""How other processes are started."""

import multiprocessing
import sys
import threading
from multiprocessing.context import ForkContext, SpawnContext


def context() -> ForkContext | SpawnContext:
    """Forks where that is safe, and starts anew elsewhere: a thread's locks would stay locked in a fork."""
    forks = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork") if forks else multiprocessing.get_context("spawn")
