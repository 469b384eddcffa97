"""The include check finds every kind of forbidden include in a made-up tree."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).parents[2] / 'scripts' / 'check_includes.py'
TABLE = '''# Architecture

<!-- rooms: read by a script -->

| room | what | may include | other projects |
|---|---|---|---|
| `include/octet` | public | | |
| `src/base` | ground | | `fmt/` |
| `src/engine` | middle | `src/base` | |
| `src/runtime` | top | `src/engine` | |
| `src/compile/ir` | graph | `src/base` | |
| `src/compile/onnx` | import | `src/compile/ir` | `onnx.pb.h` |
| `src/compile` | stages | `src/compile/onnx` | |

The end.
'''
CLEAN = {
    'ARCHITECTURE.md': TABLE,
    'include/octet/status.h': '#include <string>\n',
    'src/base/file.h': '#include "octet/status.h"\n',
    'src/base/file.cc': '#include "base/file.h"\n#include <fmt/format.h>\n',
    'src/engine/read.cc': '#include "base/file.h"\n',
    'src/runtime/run.cc': '#include "base/file.h"\n#include <vector>\n',
    'src/compile/ir/graph_test.cc': '#include "compile/onnx/import.h"\n',
    'src/compile/onnx/import.h': '#include "compile/ir/graph.h"\n',
}


def run_check(changed):
    """Exit status and output of the check on CLEAN with `changed` files."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**CLEAN, **changed}.items():
            file = pathlib.Path(root, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        done = subprocess.run([sys.executable, CHECK, root],
                              capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class CheckIncludes(unittest.TestCase):
    def assert_refused(self, path, text, words):
        status, output = run_check({path: text})
        self.assertEqual(status, 1, output)
        self.assertIn(path, output)
        self.assertIn(words, output)

    def test_accepts_a_clean_tree(self):
        self.assertEqual(run_check({})[0], 0, run_check({})[1])

    def test_refuses_a_room_above(self):
        self.assert_refused('src/base/file.h', '#include "engine/read.h"\n',
                            'src/base may not include src/engine')

    def test_refuses_a_neighbour_inside_the_compiler(self):
        self.assert_refused('src/compile/ir/graph.h',
                            '#include "compile/onnx/import.h"\n',
                            'may not include src/compile/onnx')

    def test_refuses_the_compiler_from_outside(self):
        self.assert_refused('src/runtime/run_test.cc',
                            '#include "compile/ir/graph.h"\n',
                            'may not include src/compile/ir')

    def test_refuses_another_project_that_the_row_does_not_list(self):
        self.assert_refused('src/engine/read.cc', '#include <onnx.pb.h>\n',
                            '<onnx.pb.h>: src/engine may not use it')

    def test_refuses_a_project_that_no_row_lists(self):
        self.assert_refused('src/base/file.h', '#include <boost/any.hpp>\n',
                            '<boost/any.hpp>: src/base may not use it')

    def test_refuses_an_include_that_is_not_rooted(self):
        self.assert_refused('src/base/size.cc', '#include "file.h"\n',
                            'is in no room')

    def test_refuses_a_file_outside_every_room(self):
        self.assert_refused('src/utils/all.h', '\n', 'is in no room')

    def test_refuses_an_own_header_that_is_not_first(self):
        self.assert_refused(
            'src/base/file.cc',
            '#include <string>\n#include "base/file.h"\n',
            'must be included first')

    def test_refuses_a_table_that_names_an_unknown_room(self):
        table = TABLE.replace('| `src/base` | |\n', '| `src/bass` | |\n', 1)
        self.assertEqual(run_check({'ARCHITECTURE.md': table})[0], 1)


if __name__ == '__main__':
    unittest.main()
