import subprocess
import sys

import cv2
import numpy as np
import pytest

from mmwsdepth.cli import main
from mmwsdepth.datasets.rooms import write_rooms
from tests.conftest import ROOT

TOOL = ROOT / 'tools' / 'doctor.py'
FOLDER = str(ROOT / 'configs' / 'wsdepth_folder.py')


@pytest.fixture
def doctor(capsys):
    """A function that runs the command: exit status, and what it wrote."""

    def run(*arguments):
        status = 0
        try:
            main(['doctor', *map(str, arguments)])
        except SystemExit as stop:
            status = stop.code
        streams = capsys.readouterr()
        return status, streams.out + streams.err

    return run


@pytest.fixture
def data(tmp_path):
    for split in ('train', 'test'):
        for folder, array in (
            ('images', np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)),
            ('annotations', np.full((6, 8), 2000, np.uint16)),
        ):
            path = tmp_path / folder / split / 'a.png'
            path.parent.mkdir(parents=True)
            cv2.imwrite(str(path), array)
    return tmp_path


def test_without_a_target_the_installation_is_looked_at(doctor):
    status, text = doctor()
    assert status == 0
    assert 'stack onedl' in text or 'stack openmmlab' in text
    assert text.endswith('healthy\n')


def test_a_healthy_folder_and_a_config_with_that_data_end_with_zero(doctor, data):
    for arguments in ([data], [FOLDER, '--data-root', data]):
        status, text = doctor(*arguments)
        assert status == 0, text
        assert text.count('1 pairs, no unpaired file') == 2


def test_a_folder_with_problems_ends_with_one(doctor, data):
    (data / 'annotations/train/a.png').unlink()
    status, text = doctor(data)
    assert status == 1
    assert 'PROBLEM 0 pairs, 1 unpaired files' in text


def test_options_reach_the_checks(doctor, data):
    status, text = doctor(data, '--depth-scale', 0.1, '--depth-range', 0.1, 10)
    assert status == 1
    assert 'depth_scale=0.1, the range is 0.1 to 10 m' in text


def test_every_bad_file_is_named_on_demand(doctor, data):
    for index in range(5):
        cv2.imwrite(str(data / f'images/test/{index}.png'), np.zeros((24, 32, 3), np.uint8))
    assert 'and 2 more' in doctor(data)[1]
    text = doctor(data, '--all')[1]
    assert all(f'test/{index}.png: image without depth' in text for index in range(5))


def test_a_config_without_its_data_ends_with_one(doctor, tmp_path):
    status, text = doctor(FOLDER, '--data-root', tmp_path)
    assert status == 1
    assert text.count('no such folder: set data_root') == 1


def test_rooms_are_looked_at_once_they_are_there(doctor, tmp_path):
    config = str(ROOT / 'configs' / 'wsdepth_rooms.py')
    status, text = doctor(config, '--data-root', tmp_path)
    assert (status, text.count('training renders it first')) == (0, 2)
    write_rooms(tmp_path, dict(train=1, test=1), (48, 64), progress=False)
    assert doctor(config, '--data-root', tmp_path)[1].count('1 pairs') == 2


@pytest.mark.parametrize(
    'arguments',
    [
        ['nowhere.py'],
        ['mmwsdepth::nowhere.py'],
        ['--num', '0'],
        ['--depth-scale', '1'],
        ['--data-root', 'x'],
        [FOLDER, '--depth-range', '1', '2'],
        [ROOT / 'tests'],
    ],
    ids=str,
)
def test_wrong_usage_ends_with_two(doctor, arguments):
    status, text = doctor(*arguments)
    assert status == 2
    assert 'error: ' in text


def test_a_broken_stack_is_told_in_its_own_sentence(tmp_path):
    for name in ('mmcv-lite', 'mmsegmentation', 'onedl-mmcv', 'mmcv'):
        info = tmp_path / f'{name.replace("-", "_")}-1.0.dist-info'
        info.mkdir()
        (info / 'METADATA').write_text(f'Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n')
    done = subprocess.run(
        [sys.executable, str(TOOL)],
        env=dict(PYTHONPATH=f'{tmp_path}:{ROOT}'),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith('PROBLEM onedl-mmcv and mmcv')
    assert 'Traceback' not in done.stderr
