import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import CONFIGS, ROOT


@pytest.mark.slow
def test_configs_and_tools_travel_inside_the_wheel(tmp_path: Path) -> None:
    command = [sys.executable, '-m', 'pip', 'wheel', '-q', '--no-deps', '--no-build-isolation']
    subprocess.run([*command, '-w', str(tmp_path), str(ROOT)], check=True, cwd=tmp_path)
    (wheel,) = tmp_path.glob('*.whl')
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f'mmwsdepth/.mim/configs/{path.name}' for path in CONFIGS} <= names
    base = ROOT / 'configs' / '_base_'
    assert {
        f'mmwsdepth/.mim/configs/_base_/{path.relative_to(base).as_posix()}'
        for path in base.rglob('*.py')
    } <= names
    assert {'mmwsdepth/.mim/tools/train.py', 'mmwsdepth/.mim/tools/dist_train.sh'} <= names
    assert {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / 'mmwsdepth').rglob('*.py')
        if '.mim' not in path.parts
    } <= names
