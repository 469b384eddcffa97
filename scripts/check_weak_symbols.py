#!/usr/bin/env python3
"""Fails if an object of one instruction set defines a weak symbol.

  scripts/check_weak_symbols.py BUILD_DIR

The linker keeps one copy of a weak symbol, such as an inline function of the
standard library. Were it to keep the copy that was compiled for AVX-512, every
caller would crash on an older CPU.
"""
import pathlib
import subprocess
import sys

# Files of one instruction set end in its name.
PATTERNS = ('*_avx2.cc.o', '*_avxvnni.cc.o', '*_avx512vnni.cc.o',
            '*_avx512bf16.cc.o')
# nm's letters for weak (function, object) and unique global symbols.
WEAK = 'WVu'


def weak_symbols(listing):
    """The weak symbols defined in the output of `nm --defined-only -C`."""
    found = []
    for line in listing.splitlines():
        fields = line.split(maxsplit=2)
        if len(fields) == 3 and fields[1] in WEAK:
            found.append(fields[2])
    return found


def main():
    build = pathlib.Path(sys.argv[1])
    objects = sorted(o for p in PATTERNS for o in build.rglob(p))
    faults = 0
    for file in objects:
        listing = subprocess.run(
            ['nm', '--defined-only', '-C', file], check=True,
            capture_output=True, text=True).stdout
        for symbol in weak_symbols(listing):
            faults += 1
            print(f'{file.relative_to(build)}: weak symbol {symbol}')
    print(f'{len(objects)} objects, {faults} weak symbols')
    if not objects:
        print('no object found: is this a build folder?')
    return 1 if faults or not objects else 0


if __name__ == '__main__':
    sys.exit(main())
