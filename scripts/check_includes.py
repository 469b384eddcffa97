#!/usr/bin/env python3
"""Fails on an #include that the table of rooms in ARCHITECTURE.md forbids.

  scripts/check_includes.py [ROOT]

Also demanded: quoted includes are rooted at include/ or src/; a .cc file
includes its own header first; a header of another project stands in the row of
its room.
"""
import pathlib
import re
import sys

MARKER = '<!-- rooms:'
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
SUFFIXES = ('.cc', '.h')
# Headers in <> that need no row: C++ (no dot, no slash), those of Linux and
# the compiler, and what tests are written with.
EVERYWHERE = re.compile(
    r'[a-z_]+|(?:sys|linux|gtest|gmock|benchmark)/.*|'
    r'(?:cpuid|dirent|fcntl|immintrin|poll|pthread|sched|signal|termios)\.h|'
    r'unistd\.h')


class Rooms:
    """The table: which room may include which, and which other projects."""

    def __init__(self, text):
        self.allowed = {}
        self.projects = {}
        table = text.split(MARKER, 1)[1].split('\n\n', 2)[1]
        for line in table.splitlines()[2:]:
            room, _, rooms, projects = (
                cell.strip() for cell in line.strip('|').split('|'))
            room = room.strip('`')
            self.allowed[room] = re.findall('`([^`]+)`', rooms)
            self.projects[room] = re.findall('`([^`]+)`', projects)
        for room, others in self.allowed.items():
            for other in others:
                if other not in self.allowed:
                    raise SystemExit(f'ARCHITECTURE.md: {room} may include '
                                     f'{other}, which is not in the table')

    def room_of(self, path):
        """The room with the longest name that holds `path`, or None."""
        holders = [r for r in self.allowed if path.startswith(r + '/')]
        return max(holders, key=len, default=None)

    def reach(self, room):
        """`room` and every room that it may include, directly or not."""
        reached, todo = set(), [room]
        while todo:
            room = todo.pop()
            if room not in reached:
                reached.add(room)
                todo.extend(self.allowed[room])
        return reached


def is_test(path):
    return path.endswith(('_test.cc', '_bench.cc')) or '/testing/' in path


def may_include(rooms, path, room, target):
    reached = rooms.reach(room)
    if is_test(path) and room.startswith('src/compile'):
        reached = reached | rooms.reach('src/compile')
    return target in reached


def check_quoted(rooms, root, path, room, header):
    """The fault of #include "header" in `path`, or None."""
    if header.startswith('octet/') or EVERYWHERE.fullmatch(header):
        return None
    target = rooms.room_of('src/' + header)
    if target is None and (root / 'tools' / 'octet' / header).exists():
        target = 'tools/octet'
    if target is None:
        return f'"{header}" is in no room (includes start at include/ or src/)'
    if not may_include(rooms, path, room, target):
        return f'"{header}": {room} may not include {target}'
    return None


def check_file(rooms, root, path):
    """Yields the faults of one file, `path` relative to `root`."""
    room = rooms.room_of(path)
    if room is None:
        yield f'{path}: is in no room of ARCHITECTURE.md'
        return
    includes = INCLUDE.findall((root / path).read_text())
    for kind, header in includes:
        if kind == '"':
            fault = check_quoted(rooms, root, path, room, header)
            if fault:
                yield f'{path}: {fault}'
        elif not EVERYWHERE.fullmatch(header) and not is_test(path):
            if not header.startswith(tuple(rooms.projects[room])):
                yield f'{path}: <{header}>: {room} may not use it'
    own = path.removesuffix('.cc') + '.h'
    if path.endswith('.cc') and (root / own).exists():
        name = own.removeprefix('src/').removeprefix('tools/octet/')
        if not includes or includes[0] != ('"', name):
            yield f'{path}: its own header "{name}" must be included first'


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else
                        pathlib.Path(__file__).parent.parent)
    rooms = Rooms((root / 'ARCHITECTURE.md').read_text())
    faults, files = [], 0
    for top in ('include', 'src', 'tools'):
        for file in sorted((root / top).rglob('*')):
            if file.suffix in SUFFIXES:
                files += 1
                path = file.relative_to(root).as_posix()
                faults += check_file(rooms, root, path)
    print(*faults, sep='\n', end='\n' if faults else '')
    print(f'{files} files, {len(faults)} faults')
    return 1 if faults or not files else 0


if __name__ == '__main__':
    sys.exit(main())
