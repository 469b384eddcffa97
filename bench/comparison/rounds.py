"""Times contenders as peers.py does, each in its own process.

Rounds in which every contender has one slot, in turn; a quiet gate before and
after; with two threads, whether the two cores share a cache now.
"""
from contextlib import contextmanager
import os
import statistics

from .shared import peers

# What peers.quiet_slot times with: here a run is timed inside its process.
peers.slot = lambda contender, seconds: contender.slot(seconds)


@contextmanager
def pinned(threads):
    """On as many cores, this process and what it starts: yields their list."""
    allowed = os.sched_getaffinity(0)
    try:
        yield peers.pin(threads)
    finally:
        os.sched_setaffinity(0, allowed)


def measure(contenders, cpus, rounds, slot_s, patience_s):
    """{name: {place: summary}} of {name: Contender}; the place is 'alone',
    'near', 'far', 'moved' or 'any', the summary that of peers.py.
    """
    gate = peers.QuietGate(cpus)
    distance = peers.Distance(cpus) if len(cpus) == 2 else None
    taken = {name: [] for name in contenders}
    try:
        for _ in range(rounds):
            for name, contender in contenders.items():
                quiet, place, times = peers.quiet_slot(
                    contender, slot_s, gate, distance, patience_s)
                taken[name].append((quiet, place, statistics.median(times),
                                    min(times)))
    finally:
        if distance:
            distance.child.stdin.close()
            distance.child.wait()
    return {name: by_place(slots) for name, slots in taken.items()}


def by_place(slots):
    """{place: summary} of slots (quiet, place, median, least), and of all."""
    places = sorted({place for _, place, _, _ in slots})
    found = {place: peers.summary([one for one in slots if one[1] == place])
             for place in places}
    return found | {'any': peers.summary(slots)}
