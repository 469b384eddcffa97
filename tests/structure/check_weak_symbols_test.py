"""The weak symbol check fails on an object that emits an inline function."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CHECK = (pathlib.Path(__file__).parents[2] / 'scripts' /
         'check_weak_symbols.py')
CLEAN = 'namespace { int F(int a) { return a; } }\nint G() { return F(1); }\n'
WEAK = 'inline int F(int a) { return a + 1; }\nauto G() { return &F; }\n'


@unittest.skipUnless(shutil.which('g++'), 'needs g++')
class CheckWeakSymbols(unittest.TestCase):
    def run_check(self, sources):
        """Exit status and output of the check on compiled `sources`."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in sources.items():
                subprocess.run(
                    ['g++', '-x', 'c++', '-O0', '-c', '-', '-o',
                     pathlib.Path(folder, name + '.o')],
                    input=text, text=True, check=True)
            done = subprocess.run([sys.executable, CHECK, folder],
                                  capture_output=True, text=True)
            return done.returncode, done.stdout

    def test_accepts_hidden_helpers(self):
        self.assertEqual(self.run_check({'a_avx2.cc': CLEAN})[0], 0)

    def test_refuses_an_inline_function(self):
        for name in ('a_avx2.cc', 'a_avxvnni.cc', 'a_avx512vnni.cc',
                     'a_avx512bf16.cc'):
            status, output = self.run_check({name: WEAK})
            self.assertEqual(status, 1)
            self.assertIn('weak symbol F(int)', output)

    def test_leaves_ordinary_objects_alone(self):
        self.assertEqual(
            self.run_check({'a.cc': WEAK, 'b_avx2.cc': CLEAN})[0], 0)

    def test_refuses_a_folder_without_objects(self):
        self.assertEqual(self.run_check({'a.cc': CLEAN})[0], 1)


if __name__ == '__main__':
    unittest.main()
