#!/usr/bin/env python3
"""Fails if a program that uses only the runtime holds any of the compiler.

  scripts/check_runtime_only.py PROGRAM

Looks at the program's symbols and at the shared libraries it needs.
"""
import re
import subprocess
import sys

# Namespaces and libraries of the compiler and of what it alone may use.
COMPILER = re.compile(
    r'\b(?:octet::compile|google::protobuf|onnx|nlohmann)::'
    r'|lib(?:protobuf|onnx|crypto)')


def run(*command):
    return subprocess.run(command, check=True, capture_output=True,
                          text=True).stdout


def main():
    program = sys.argv[1]
    lines = run('nm', '-C', program).splitlines()
    needed = re.findall(r'NEEDED.*\[(.*)\]', run('readelf', '-d', program))
    faults = [line for line in lines + needed if COMPILER.search(line)]
    for fault in faults[:20]:
        print(fault)
    print(f'{len(lines)} symbols, {len(needed)} libraries, '
          f'{len(faults)} of the compiler')
    if not lines:
        print('no symbols: the program is stripped')
    return 1 if faults or not lines else 0


if __name__ == '__main__':
    sys.exit(main())
