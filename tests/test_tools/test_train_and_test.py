import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from tests.test_tools.conftest import ROOMS, TEST, TRAIN

DEFAULT = """
_base_ = 'mmwsdepth::wsdepth_rooms.py'
rooms = dict(data_root={root!r}, **{rooms})
loader = dict(batch_size=2, num_workers=0, persistent_workers=False, dataset=rooms)
train_dataloader, val_dataloader, test_dataloader = loader, loader, loader
val_evaluator = dict(_delete_=True, type='mmwsdepth.DepthMetric', prefix='model')
test_evaluator = val_evaluator
train_cfg = dict(max_iters=2, val_interval=2)
model = dict(student=dict(backbone=dict(backbone=dict(pretrained=False))))
default_hooks = dict(logger=dict(interval=1))
"""


@pytest.mark.slow
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


def test_the_default_trains_the_whole_method_and_publishes_both_branches(
    run_tool, rooms_root: Path, tmp_path: Path
) -> None:
    config, work = tmp_path / 'mine.py', tmp_path / 'work'
    config.write_text(DEFAULT.format(root=str(rooms_root), rooms=ROOMS))
    log = run_tool([*TRAIN, config, '--work-dir', work]).stdout
    for name in ('loss_lr', 'loss_hr', 'loss_consistency', 'loss_affinity', 'loss_teacher'):
        assert f'{name}:' in log
    published = torch.load(work / 'student.pth', weights_only=True)
    assert any(key.startswith('lr_statistics.') for key in published['state_dict'])
    assert published['meta']['test_cfg'] == dict(trained_size=ROOMS['size'])
    scored = json.loads((work / 'metrics.json').read_text())
    assert 0 < scored['model/abs_rel'] < 10
