"""What the times come to: a row for each match, thread count and batch."""

# The peak that bounds a precision, of `octet hardware`.
PEAKS = {'int8': 'int8_gops', 'bf16': 'bf16_gflops', 'fp32': 'f32_gflops'}


def peak_gops(precision, hardware):
    """Of one core; products of bf16 are made of fp32 ones where it has none."""
    return hardware[PEAKS[precision]] or hardware[PEAKS['fp32']]


def floor_ms(macs, precision, hardware, threads):
    """The time of the products alone at the peak; None where one is unknown."""
    rate = 1e6 * peak_gops(precision, hardware) * threads
    return 2 * macs / rate if macs and rate else None


def counted_places(octet, peers):
    """Where the cores were to each other in slots of octet and of every peer:
    'alone', or 'near' and 'far', which are reported apart. Where they were
    never alike, as on a loaded machine, all slots count.
    """
    told = [place for place in octet if place not in ('moved', 'any')]
    return [place for place in told
            if all(place in p for p in peers)] or ['any']


def ratio(octet_ms, peer_ms):
    """How many times faster than the faster of the peers; None without one."""
    return min(peer_ms.values()) / octet_ms if peer_ms and octet_ms else None


def refused_row(row, reason):
    return row | {'octet_ms': None, 'peers': {}, 'ratio': None,
                  'refused': reason}


def placed_row(base, place, octet, entered):
    """The row of one place. octet: {place: summary}; entered: {peer: same}."""
    ours = octet[place]
    theirs = {peer: by_place[place] for peer, by_place in entered.items()}
    peer_ms = {peer: one['median_ms'] for peer, one in theirs.items()}
    faster = min(peer_ms, key=peer_ms.get, default=None)
    return base | {
        'octet_ms': ours['median_ms'], 'peers': peer_ms,
        'ratio': ratio(ours['median_ms'], peer_ms), 'faster_peer': faster,
        'octet_min_ms': ours['min_ms'],
        'peers_min_ms': {peer: one['min_ms'] for peer, one in theirs.items()},
        'place': place, 'slots': ours['slots'],
        'quiet_slots': ours['quiet_slots'], 'spread': ours['spread'],
        'peer_spread': theirs[faster]['spread'] if faster else None}


def rows(match, network, threads, times, verdicts, hardware):
    """The rows of a match: one, or one for each place of two cores.

    match:    precision, source, octet's engine and its peers (field.py)
    times:    {contender: {place: summary}}, of those that were timed
    verdicts: {contender: (error, whether it agrees)}, or a reason of refusal
              in its place; a contender that a network has not is left out
    """
    name = f'octet {match.octet}'
    base = {'network': network.name, 'precision': match.precision,
            'source': match.source, 'threads': threads, 'batch': network.batch,
            'floor_ms': floor_ms(network.macs, match.precision, hardware,
                                 threads)}
    verdict = verdicts.get(name)
    if verdict is None:
        return []
    if isinstance(verdict, str):
        return [refused_row(base, verdict)]
    error, agrees = verdict
    entered = {peer: times[peer] for peer in match.peers if peer in times}
    base |= {'error': error,
             'peer_errors': {peer: verdicts[peer][0] for peer in entered},
             'refused_peers': {peer: verdicts[peer] for peer in match.peers
                               if isinstance(verdicts.get(peer), str)}}
    if not agrees:
        return [refused_row(base, f'answers differ: {error:.2g}')]
    return [placed_row(base, place, times[name], entered) for place
            in counted_places(times[name], entered.values())]
