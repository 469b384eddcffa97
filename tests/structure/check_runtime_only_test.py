"""The runtime-only check fails on symbols and libraries of the compiler."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CHECK = (pathlib.Path(__file__).parents[2] / 'scripts' /
         'check_runtime_only.py')


@unittest.skipUnless(shutil.which('g++'), 'needs g++')
class CheckRuntimeOnly(unittest.TestCase):
    def run_check(self, source, *flags):
        """Exit status and output of the check on a program."""
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder, 'program')
            subprocess.run(
                ['g++', '-x', 'c++', '-', '-o', program, *flags],
                input=source, text=True, check=True)
            done = subprocess.run([sys.executable, CHECK, program],
                                  capture_output=True, text=True)
            return done.returncode, done.stdout

    def test_accepts_a_runtime_program(self):
        status, output = self.run_check(
            'namespace octet { void Compile() {} }\n'
            'int main() { octet::Compile(); }\n')
        self.assertEqual(status, 0, output)

    def test_refuses_symbols_of_the_compiler(self):
        for name in 'octet::compile', 'google::protobuf', 'onnx':
            status, output = self.run_check(
                f'namespace {name} {{ void F() {{}} }}\n'
                f'int main() {{ {name}::F(); }}\n')
            self.assertEqual(status, 1)
            self.assertIn(f'{name}::F()', output)

    def test_refuses_a_stripped_program(self):
        self.assertEqual(self.run_check('int main() {}\n', '-s')[0], 1)


if __name__ == '__main__':
    unittest.main()
