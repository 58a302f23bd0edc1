import re
from pathlib import Path

import cv2
import numpy as np

from tests.test_tools.conftest import TEST, TRAIN


def test_one_command_trains_evaluates_and_draws_and_another_tests(
    run_tool, config_file, tmp_path: Path
) -> None:
    config, work = config_file(), tmp_path / 'work'
    log = run_tool([*TRAIN, config, '--work-dir', work]).stdout
    for name in ('loss_lr', 'loss_hr', 'loss_consistency', 'loss_affinity', 'loss_teacher', 'eta'):
        assert f'{name}:' in log
    assert re.search(r'\| +model \|', log)
    assert re.search(r'\| mean depth map \|', log)
    assert len(list((work / 'pictures' / 'iter_4').glob('*.png'))) == 1

    show, out = tmp_path / 'show', tmp_path / 'out'
    tested = run_tool(
        [*TEST, config, work / 'student.pth', '--work-dir', work, '--show-dir', show, '--out', out]
    ).stdout
    rows = [re.findall(r'\| +model \|.*', text)[-1] for text in (log, tested)]
    assert rows[0] == rows[1]
    assert 'missing keys' not in tested
    assert len(list(show.glob('*.png'))) == len(list(out.glob('*.png'))) == 3
    depth = cv2.imread(str(out / 'room_00000.png'), cv2.IMREAD_UNCHANGED)
    assert depth.shape == (48, 64)
    assert depth.dtype == np.uint16
