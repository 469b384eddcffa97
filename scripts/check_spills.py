#!/usr/bin/env python3
"""Fails if innermost loops of int8 products spill vector registers.

  scripts/check_spills.py BUILD_DIR

Tiles are as large as the registers allow, and g++ puts sums on the stack at the
slightest change: a tile of 14 x 32 falls from 96 to 83 % of the machine's limit
by it. Looked at are the loops that multiply, in objects of one instruction set.
"""
import pathlib
import re
import subprocess
import sys

OBJECTS = ('conv_u8_avx2', 'conv_u8_avxvnni', 'conv_u8_avx512vnni',
           'conv_u8_tile*_avx512vnni', 'conv_u8_woven_avx512vnni',
           'conv_u8_winograd_avx2', 'conv_u8_winograd_avx512vnni',
           'depthwise_u8_avx2', 'depthwise_u8_avx512vnni',
           'attention_u8_avx2', 'attention_u8_avx512vnni',
           'matmul_u8_avx2', 'matmul_u8_avx512vnni')
# A tile of 7 x 64 fills all 32 registers and moves one of its 28 sums out and
# in again, once in 112 products.
PRODUCTS_FOR_A_MOVE = 50

PRODUCT = re.compile(r'^vp(?:maddwd|dpbusd|dpwssd)')
# A vector register that moves to or from the stack.
SPILL = re.compile(r'^v\S+\s.*(?:%[xyz]mm\d+.*,\s*-?(?:0x)?[0-9a-f]*'
                   r'\(%r[sb]p\)$|\(%r[sb]p\),%[xyz]mm\d+$)')
INSTRUCTION = re.compile(r'^\s*([0-9a-f]+):\s+(.*?)\s*$')
FUNCTION = re.compile(r'^[0-9a-f]+ <(.*)>:$')
JUMP = re.compile(r'^j\w+\s+([0-9a-f]+)\b')


def functions(listing):
    """Yields (name, [(address, text)]) of a disassembly."""
    name, body = None, []
    for line in listing.splitlines():
        head = FUNCTION.match(line)
        if head:
            if body:
                yield name, body
            name, body = head.group(1), []
            continue
        instruction = INSTRUCTION.match(line)
        if instruction:
            body.append((int(instruction.group(1), 16), instruction.group(2)))
    if body:
        yield name, body


def successors(body):
    """The instructions, by index, that may follow each instruction."""
    at = {address: i for i, (address, _) in enumerate(body)}
    following = []
    for i, (_, text) in enumerate(body):
        jump = JUMP.match(text)
        next_ones = []
        if not text.startswith(('jmp', 'ret', 'ud2')) and i + 1 < len(body):
            next_ones.append(i + 1)
        if jump and int(jump.group(1), 16) in at:
            next_ones.append(at[int(jump.group(1), 16)])
        following.append(next_ones)
    return following


def loop_of(tail, head, preceding):
    """The indices from which `tail` is reached without passing `head`."""
    found, open_ones = {head, tail}, [tail] if tail != head else []
    while open_ones:
        for i in preceding[open_ones.pop()]:
            if i not in found:
                found.add(i)
                open_ones.append(i)
    return found


def innermost_loops(body):
    """Yields the instructions of each loop without a loop in it.

    A loop closes with a jump to a lower address. Where g++ has moved a block
    out of order, such a jump closes none: then the function's first
    instruction is among those that reach it, and it is left out.
    """
    following = successors(body)
    preceding = [[] for _ in body]
    for i, next_ones in enumerate(following):
        for j in next_ones:
            preceding[j].append(i)
    loops = {}
    for i, next_ones in enumerate(following):
        for head in next_ones:
            if head <= i:
                loop = loop_of(i, head, preceding)
                if 0 not in loop or head == 0:
                    loops.setdefault(head, set()).update(loop)
    for head, loop in loops.items():
        if not any(h != head and h in loop for h in loops):
            yield [body[i][1] for i in sorted(loop)]


def faults_of(listing):
    """(loops that multiply, [(function, products, moves)] of bad ones)."""
    loops, faults = 0, []
    for name, body in functions(listing):
        for loop in innermost_loops(body):
            products = sum(bool(PRODUCT.match(text)) for text in loop)
            moves = [text for text in loop if SPILL.match(text)]
            loops += products > 0
            if products and len(moves) * PRODUCTS_FOR_A_MOVE > products:
                faults.append((name, products, moves))
    return loops, faults


def main():
    build = pathlib.Path(sys.argv[1])
    objects = sorted(o for p in OBJECTS for o in build.rglob(p + '.cc.o'))
    loops, count = 0, 0
    for file in objects:
        listing = subprocess.run(
            ['objdump', '-d', '-C', '--no-show-raw-insn', file], check=True,
            capture_output=True, text=True).stdout
        found, faults = faults_of(listing)
        loops += found
        count += len(faults)
        for name, products, moves in faults:
            print(f'{file.relative_to(build)}: {name}: a loop of {products} '
                  f'products moves registers to or from the stack:')
            print('\n'.join('  ' + text for text in moves))
    print(f'{len(objects)} objects, {loops} loops of products, {count} that spill')
    if not loops:
        print('no loop found: is this a build folder?')
    return 1 if count or not loops else 0


if __name__ == '__main__':
    sys.exit(main())
