from pathlib import Path

import pytest
import torch

from tests.test_tools.conftest import TRAIN

TEACHER_ALONE = """
model = dict(
    type='mmwsdepth.DepthReconstruction',
    channels=(8, 16, 24),
    data_preprocessor=dict(type='mmwsdepth.DepthDataPreprocessor'),
)
default_hooks['alternation'] = default_hooks['distillation'] = None
test_pipeline[2]['keep_hr'] = False
val_dataloader['dataset']['pipeline'] = test_pipeline
val_evaluator = dict(type='mmwsdepth.DepthMetric')
"""


@pytest.mark.slow
def test_a_teacher_trained_alone_is_frozen_in_the_next_training(
    run_tool, config_file, tmp_path: Path
) -> None:
    alone, work = tmp_path / 'alone', tmp_path / 'work'
    log = run_tool([*TRAIN, config_file(TEACHER_ALONE), '--work-dir', alone]).stdout
    assert 'loss_teacher:' in log
    assert 'depth/abs_rel' in log
    checkpoint = alone / 'iter_4.pth'
    options = ['frozen=True', 'init_cfg.type=Pretrained', f'init_cfg.checkpoint={checkpoint}']
    options = [f'model.teacher.{option}' for option in options]
    run_tool([*TRAIN, config_file(), '--work-dir', work, '--cfg-options', *options])
    before = torch.load(checkpoint, weights_only=False)['state_dict']
    after = torch.load(work / 'iter_4.pth', weights_only=False)['state_dict']
    assert all(torch.equal(after[f'teacher.{name}'], value) for name, value in before.items())
