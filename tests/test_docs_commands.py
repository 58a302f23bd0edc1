"""Every command of the documentation, as it stands, by a real shell; only the sizes are tiny."""

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.conftest import PRELOADED, ROOT
from tests.documented_inputs import write_inputs, write_weights

USE = ('index', 'sensor', 'sensor_depth', 'inference', 'configs', 'faq', 'protocols', 'foundation')
PAGES = [ROOT / 'README.md', *(ROOT / 'docs' / f'{name}.md' for name in USE)]
SHRUNK = ROOT / 'tests' / 'shrunk'
LEFT_OUT = {
    'python3.11 -m venv .venv': 'makes an environment: tests run in one',
    '. .venv/bin/activate': 'the same',
    'pip install ': 'downloads: tests/run.sh does it',
    'pip uninstall ': "would take the tests' own environment apart",
    'MMCV_WITH_OPS=1 pip install ': 'downloads, and compiles for minutes',
    'bash tests/run.sh': 'runs all tests, these too',
    'python tools/benchmark.py students': 'takes a minute: test_benchmarks is smaller',
}
DOOR = 'configs/wsdepth_iphone_cpu.py --data-root data/iphone_door --work-dir work_dirs/door'
MINE = 'configs/wsdepth_folder.py --data-root data/rgbd --work-dir work_dirs/mine'
ARKITSCENES = (
    'configs/wsdepth/wsdepth_depth-anything-v2-small_8xb4-40k_arkitscenes-1440x1920.py'
    ' --work-dir work_dirs/arkitscenes'
)
TRAINED = tuple(
    f'python tools/train.py {what}'
    for what in (MINE, 'configs/wsdepth_rooms.py', ARKITSCENES, DOOR)
)
COPIED_TO = ('.', 'work_dirs/wsdepth_nyu', 'work_dirs/wsdepth_nyu_cpu')
SERVED = 'mmwsdepth demo work_dirs/wsdepth_rooms/student.pth'
ADDRESS = ('127.0.0.1', 7860)
PROMISED = {
    r'train\.(?:py|sh) (?!.*--work-dir)\S*?([\w-]+)\.py': 'work_dirs/{}/student.pth',
    r'train\.py .*--work-dir (\S+)': '{}/student.pth',
    r'train\.py configs/wsdepth_rooms\.py$': 'work_dirs/wsdepth_rooms/pictures/**/*.png',
    r'test\.py .*--show-dir (\S+)': '{}/**/*.png',
    r'test\.py .*--out (\S+)': '{}/**/*.png',
    r'prepare\.py \w+ \S+ (\S+)': '{}/manifest.json',
    r'browse_dataset\.py \S*?([\w-]+)\.py': 'work_dirs/{}/browse/train/*.png',
    r'infer \S+ photos/.*--write ply': 'out/ply/0000.ply',
    r'infer \S+ photos/ (?!.*--write ply).*--out (\S+)': '{}/png/0001.png',
    r'infer \S+ photos/ --mode': 'predictions/color/0001.png',
    r'infer \S+ walk\.mp4': 'out/png/walk/000005.png',
    r'calibrate .*--out (\S+)': '{}',
    r'export\.py \S+ (\S+)\.pth --to onnx': '{}.onnx',
    r'plot_losses\.py (\S+)': '{}/losses.png',
    r'--draw (\S+)': '{}',
}


def commands() -> list[str]:
    """The pages' commands in blocks, and those of our tools in the text, each once."""
    found: dict[str, None] = {}
    for page in PAGES:
        text = page.read_text().replace('\\\n', ' ')
        lines = '\n'.join(re.findall(r'(?m)^ *```bash\n([\s\S]*?)```', text)).splitlines()
        lines += re.findall(r'`(python tools/\S+ [^`\n]+)`', text)
        found |= {' '.join(part.split()): None for line in lines for part in line.split('&&')}
    return [command for command in found if command]


def snippets() -> list[str]:
    """Programs, in contrast to parts of configs."""
    blocks = (re.findall(r'(?m)^ *```python\n([\s\S]*?)```', page.read_text()) for page in PAGES)
    return list(dict.fromkeys(block for page in blocks for block in page if 'import ' in block))


COMMANDS = commands()
RUN = [command for command in COMMANDS if not command.startswith(tuple(LEFT_OUT))]
PROGRAM = re.compile(r'python \S+|mmwsdepth \w+')
FROM_SCRATCH = {  # of each program the first, which imports all that it needs by itself
    found[0]: command for command in RUN[::-1] if (found := PROGRAM.search(command))
}.values()


def free_port() -> int:
    """A port for torchrun, beside whatever else runs on the machine."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


@pytest.fixture(scope='session')
def variables(preloaded: dict[str, str]) -> dict[str, str]:
    """What a reader's commands find set, beside tiny sizes."""
    return preloaded | dict(
        PATH=os.pathsep.join([str(SHRUNK), preloaded['PATH']]),
        PYTHONPATH=os.pathsep.join([str(SHRUNK), str(ROOT)]),
        PORT=str(free_port()),
    )


def without_server(variables: dict[str, str]) -> dict[str, str]:
    """The same for the interpreter itself."""
    return variables | dict(PATH=variables['PATH'].replace(f'{PRELOADED}{os.pathsep}', ''))


def run(command: str, folder: Path, variables: dict[str, str]) -> None:
    """Run a command by bash, and look for what the documentation says that it writes."""
    marker = folder / '.started'
    marker.touch()
    done = subprocess.run(
        ['bash', '-euo', 'pipefail', '-c', command],
        cwd=folder,
        env=without_server(variables) if command in FROM_SCRATCH else variables,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for pattern, place in PROMISED.items():
        if found := re.search(pattern, command):
            place = place.format(*found.groups())
            written = [path.stat().st_mtime_ns for path in folder.glob(place)]
            assert max(written, default=0) >= marker.stat().st_mtime_ns, f'{place} is not written'


@pytest.fixture(scope='session')
def prepared(tmp_path_factory: pytest.TempPathFactory, variables: dict[str, str]) -> Path:
    """The reader's folder after the trainings that the other commands go on from."""
    root = tmp_path_factory.mktemp('reader')
    for name in ('tools', 'configs'):
        (root / name).symlink_to(ROOT / name)
    (root / 'docs/results').mkdir(parents=True)
    write_inputs(root)
    write_weights(root, Path(variables['HF_HUB_CACHE']))
    for command in TRAINED:
        run(command, root, variables)
    for name in COPIED_TO:
        (root / name).mkdir(exist_ok=True)
        shutil.copy(root / 'work_dirs/mine/student.pth', root / name)
    return root


@pytest.fixture
def reader(prepared: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the reader's folder."""
    folder = tmp_path / 'reader'
    shutil.copytree(prepared, folder, symlinks=True)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.parametrize('command', sorted({*RUN} - {*TRAINED, SERVED}), ids=str)
def test_a_command_does_what_the_page_says(
    command: str, reader: Path, variables: dict[str, str]
) -> None:
    if 'prepare.py' in command:
        shutil.rmtree(reader / 'data')
    run(command, reader, variables)


@pytest.mark.slow
@pytest.mark.parametrize('snippet', snippets(), ids=lambda text: text.splitlines()[-1])
def test_a_program_runs(snippet: str, reader: Path, variables: dict[str, str]) -> None:
    (reader / 'program.py').write_text(snippet)
    run('python program.py', reader, variables)


@pytest.mark.slow
def test_the_page_is_served_until_it_is_interrupted(
    reader: Path, variables: dict[str, str]
) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(ADDRESS) == 0:
            pytest.skip(f'port {ADDRESS[1]} is in use')
    server = subprocess.Popen(
        ['bash', '-euo', 'pipefail', '-c', SERVED],
        cwd=reader,
        env=without_server(variables),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with server:
        try:
            printed = next(line for line in server.stdout if line.startswith('http'))
            address = printed.split()[0]
            assert address == 'http://{}:{}'.format(*ADDRESS)
            assert urlopen(address, timeout=60).status == 200
        finally:
            os.killpg(server.pid, signal.SIGINT)
    assert server.returncode == 0


def test_all_that_is_named_here_is_in_the_documentation() -> None:
    assert {*TRAINED, SERVED} <= set(RUN)
    assert all(any(command.startswith(start) for command in COMMANDS) for start in LEFT_OUT)
    assert all(any(re.search(pattern, command) for command in RUN) for pattern in PROMISED)
