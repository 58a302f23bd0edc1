import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.mark.slow
def test_configs_and_tools_travel_inside_the_wheel(tmp_path: Path) -> None:
    command = [sys.executable, '-m', 'pip', 'wheel', '-q', '--no-deps', '--no-build-isolation']
    subprocess.run([*command, '-w', str(tmp_path), str(ROOT)], check=True, cwd=tmp_path)
    (wheel,) = tmp_path.glob('*.whl')
    names = set(zipfile.ZipFile(wheel).namelist())
    configs = [path for ending in ('py', 'yml') for path in ROOT.glob(f'configs/**/*.{ending}')]
    assert {f'mmwsdepth/.mim/{path.relative_to(ROOT).as_posix()}' for path in configs} <= names
    assert 'mmwsdepth/.mim/model-index.yml' in names
    assert {'mmwsdepth/.mim/tools/train.py', 'mmwsdepth/.mim/tools/dist_train.sh'} <= names
    assert {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / 'mmwsdepth').rglob('*.*')
        if '.mim' not in path.parts and path.suffix != '.pyc'
    } <= names
