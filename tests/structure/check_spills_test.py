"""The spill check finds loops that multiply, and registers on the stack."""
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).parents[2] / 'scripts' / 'check_spills.py'
spec = importlib.util.spec_from_file_location('check_spills', CHECK)
check = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check)

PRODUCT = 'vpmaddwd %ymm1,%ymm2,%ymm3'
STORE = 'vmovdqa %ymm3,-0x20(%rsp)'
LOAD = 'vmovdqa64 0x40(%rbp),%zmm7'


def listing(*lines, name='Tile'):
    """A disassembly with one instruction at each address from 0 on."""
    return '\n'.join([f'{0:016x} <{name}>:']
                     + [f'{i:8x}:\t{line}' for i, line in enumerate(lines)])


class CheckSpills(unittest.TestCase):
    def test_accepts_a_loop_without_memory(self):
        self.assertEqual(check.faults_of(listing(
            'xor %eax,%eax', PRODUCT, 'add $0x2,%rax', 'jl 1 <Tile+0x1>',
            'ret')), (1, []))

    def test_finds_a_store_and_a_load_inside_the_loop(self):
        for move in STORE, LOAD:
            loops, faults = check.faults_of(listing(
                'xor %eax,%eax', PRODUCT, move, 'jl 1 <Tile+0x1>', 'ret'))
            self.assertEqual(loops, 1)
            self.assertEqual(faults, [('Tile', 1, [move])])

    def test_lets_whole_registers_be_kept_outside_the_loop(self):
        self.assertEqual(check.faults_of(listing(
            STORE, PRODUCT, 'jl 1 <Tile+0x1>', LOAD, 'ret')), (1, []))

    def test_leaves_other_memory_and_other_registers_alone(self):
        self.assertEqual(check.faults_of(listing(
            PRODUCT, 'vmovdqu (%rdx),%ymm0', 'vmovdqu %ymm0,0x20(%rax)',
            'mov %rax,-0x8(%rsp)', 'jl 0 <Tile>', 'ret')), (1, []))

    def test_looks_at_loops_that_multiply_only(self):
        self.assertEqual(check.faults_of(listing(
            'vpaddd %ymm1,%ymm2,%ymm3', STORE, 'jl 0 <Tile>', 'ret')), (0, []))

    def test_looks_at_the_innermost_loop_only(self):
        self.assertEqual(check.faults_of(listing(
            STORE, PRODUCT, 'jl 1 <Tile+0x1>', LOAD, 'jl 0 <Tile>', 'ret')),
            (1, []))

    def test_allows_a_move_in_many_products(self):
        many = [PRODUCT] * (2 * check.PRODUCTS_FOR_A_MOVE)
        self.assertEqual(check.faults_of(listing(
            *many, STORE, LOAD, 'jl 0 <Tile>', 'ret')), (1, []))
        self.assertEqual(len(check.faults_of(listing(
            *many, STORE, LOAD, LOAD, 'jl 0 <Tile>', 'ret'))[1]), 1)

    def test_follows_jumps_and_not_the_order_of_blocks(self):
        # 1 to 3 and 7 to 8 are the loop; 4 to 6 stand between, and are not.
        loops, faults = check.faults_of(listing(
            'nop', PRODUCT, 'jl 7 <Tile+0x7>', 'jmp 4 <Tile+0x4>', STORE, LOAD,
            'ret', 'add $0x2,%rax', 'jmp 1 <Tile+0x1>'))
        self.assertEqual((loops, faults), (1, []))

    def test_takes_functions_apart(self):
        text = (listing(PRODUCT, 'jl 0 <A>', 'ret', name='A') + '\n\n'
                + listing(PRODUCT, STORE, 'jl 0 <B>', 'ret', name='B'))
        loops, faults = check.faults_of(text)
        self.assertEqual(loops, 2)
        self.assertEqual([fault[0] for fault in faults], ['B'])

    def test_refuses_a_folder_without_objects(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sys.executable, CHECK, folder],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn('is this a build folder?', done.stdout)


if __name__ == '__main__':
    unittest.main()
