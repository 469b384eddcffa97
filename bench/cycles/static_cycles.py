#!/usr/bin/env python3
"""Estimates the cycles of AVX-512 kernels without running them.

  static_cycles.py [--cpu znver4] [--most N] PROGRAM FAMILY PROBLEM...

PROGRAM is octet_steps (build it with `ninja octet_steps`). It writes down which
instructions the kernel executes for each PROBLEM (a line as in problems.txt);
llvm-mca (Debian: llvm-19) says how many cycles a processor takes for them if
all memory is in its first-level cache and every jump is foreseen. Prints, for
each problem:

  instr    instructions executed
  dots     products (vpdpbusd, vpdpwssd) among them
  cycles   by llvm-mca
  peak%    dots at one a cycle (two with --rate 2) of the cycles

Problems should be small: some 100,000 instructions, of which --most are looked
at, from the middle.
"""
import argparse
import collections
import re
import subprocess
import sys
import tempfile

JUMPS = re.compile(r"^(j[a-z]+|call|ret|notrack|bnd|nop|cs|data16|endbr64)")
LINE = re.compile(r"^\s*([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*(?:\t(.*))?$")


def read_program(path):
    """Instructions by address, with their lengths."""
    listing = subprocess.run(
        ["objdump", "-d", "--insn-width=16", path],
        check=True, capture_output=True, text=True).stdout
    code = {}
    for line in listing.splitlines():
        match = LINE.match(line)
        if match:
            address, octets, text = match.groups()
            code[int(address, 16)] = (len(octets.split()), text or "")
    return code


def steps_of(program, code, family, problem):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lengths:
        for address, (length, _) in code.items():
            lengths.write(f"{address:x} {length}\n")
        lengths.flush()
        out = subprocess.run([program, family, problem, lengths.name],
                             check=True, capture_output=True, text=True).stdout
    return [int(line, 16) for line in out.splitlines()]


def assembly(code, steps):
    lines = []
    for step in steps:
        # Libraries' code is not in the program: it is left out.
        text = code.get(step, (0, "nop"))[1].split("#")[0]
        text = re.sub(r"<.*?>", "", text).strip()
        if text and not JUMPS.match(text):
            lines.append(text)
    return lines


def as_wide_core(line):
    """A line of 512 bits as one of 256: the rates of a core whose pipes have
    512 bits (Zen 5) are those of Zen 4 with half of that."""
    if "zmm" not in line:
        return line
    if "broadcasti64x4" in line:
        line = "vmovdqu (%rsp), %ymm" + re.search(r"zmm(\d+)$", line).group(1)
    line = re.sub(r"(v(?:extract|insert)[if])64x4", r"\g<1>32x4", line)
    line = line.replace("%ymm", "%xmm").replace("%zmm", "%ymm")
    return line


def as_measured(line):
    """Two corrections of llvm-mca's models. They give vpdpbusd half of its true
    rate (0.5 to 1 a cycle of 512 bits): a fused multiply-add has the right rate
    and latency. They let a broadcast from memory use a vector pipe, which a load
    does not."""
    line = re.sub(r"^vpdp\w+", "vfmadd231ps", line)
    return re.sub(r"^vpbroadcast[dq] (.*\()", r"vmovdqu64 \1", line)


def cycles_of(lines, cpu, mca):
    lines = [as_measured(line) for line in lines]
    if cpu == "znver5":
        lines = [as_wide_core(line) for line in lines]
        cpu = "znver4"
    out = subprocess.run(
        [mca, f"-mcpu={cpu}", "-iterations=1", "--instruction-info=0",
         "-skip-unsupported-instructions=any",
         "--resource-pressure=0"],
        input="\n".join(lines) + "\n", capture_output=True, text=True)
    match = re.search(r"Total Cycles:\s+(\d+)", out.stdout)
    if not match:
        sys.exit(out.stderr)
    return int(match.group(1))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cpu", default="znver4")
    parser.add_argument("--mca", default="llvm-mca-19")
    parser.add_argument("--rate", type=int, default=1)
    parser.add_argument("--most", type=int, default=60000)
    parser.add_argument("--hot", type=int, default=0,
                        help="print so many of the most used instructions")
    parser.add_argument("program")
    parser.add_argument("family")
    parser.add_argument("problem", nargs="+")
    args = parser.parse_args()
    code = read_program(args.program)
    print("   instr     dots   cycles  peak%  instr/dot  problem")
    for problem in args.problem:
        steps = steps_of(args.program, code, args.family, problem)
        first = max(0, (len(steps) - args.most) // 2)
        lines = assembly(code, steps[first:first + args.most])
        share = len(steps) / min(len(steps), args.most)
        dots = sum(line.startswith("vpdp") for line in lines) * share
        cycles = cycles_of(lines, args.cpu, args.mca) * share
        print(f"{len(steps):8d} {dots:8.0f} {cycles:8.0f} "
              f"{100 * dots / args.rate / cycles:6.1f} "
              f"{len(steps) / max(dots, 1):10.2f}  {problem}", flush=True)
        if args.hot:
            for step, n in collections.Counter(steps).most_common(args.hot):
                print(f"{n:8d} {step:x} {code.get(step, (0, '?'))[1]}")


if __name__ == "__main__":
    main()
