"""Programs of the server behave as the interpreter's."""

import subprocess
import time
from pathlib import Path

TELLS = """
import os, sys
print(sys.argv[1:], input(), os.getcwd(), os.environ['MINE'], 'mmwsdepth' in sys.modules)
sys.exit('wrong')
"""
WAITS = """
import os, time
from pathlib import Path
Path('process').write_text(str(os.getpid()))
time.sleep(60)
"""


def test_a_program_has_the_status_streams_folder_and_variables_of_its_caller(
    preloaded: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / 'program.py').write_text(TELLS)
    done = subprocess.run(
        ['bash', '-c', 'echo given | python program.py a "b c"'],
        cwd=tmp_path,
        env=preloaded | dict(MINE='mine'),
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"['a', 'b c'] given {tmp_path} mine False\n"
    assert (done.returncode, done.stderr) == (1, 'wrong\n')


def test_a_program_ends_with_its_caller(preloaded: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / 'program.py').write_text(WAITS)
    with subprocess.Popen(['python', 'program.py'], cwd=tmp_path, env=preloaded) as caller:
        process = tmp_path / 'process'
        while not (process.is_file() and process.read_text()):
            time.sleep(0.01)
        place = Path('/proc', process.read_text(), 'status')
        caller.kill()
    end = time.monotonic() + 10
    while place.exists() and 'zombie' not in place.read_text():
        assert time.monotonic() < end
        time.sleep(0.01)
