from pathlib import Path

import pytest
import torch

from tests.test_tools.conftest import TEST, TRAIN, losses_by_iteration

PACKAGE = """
from mmengine.registry import MODELS as ROOT
from mmengine.registry import Registry
from torch import nn

MODELS = Registry('model', parent=ROOT, scope='mydepth')


@MODELS.register_module()
class SquaredLogLoss(nn.Module):
    def forward(self, pred, target):
        valid = target > 0
        print('the loss of this project')
        return (pred[valid].log() - target[valid].log()).square().mean()
"""

CONFIG = """
_base_ = {base!r}
default_scope = 'mydepth'
custom_imports = dict(imports=['mydepth'])
model = dict(
    student=dict(
        backbone=dict(_delete_=True, type='mmseg.ResNet', depth=18),
        decode_head=dict(in_channels=[64, 128, 256, 512], channels=16, finest_stride=4),
    ),
    loss_hr=dict(_delete_=True, type='mydepth.SquaredLogLoss'),
    teacher=dict(channels=(8, 16)),
)
rooms = dict(data_root={root!r}, num=dict(train=8, test=3), size=(48, 64))
train_dataloader = dict(batch_size=2, num_workers=0, persistent_workers=False, dataset=rooms)
val_dataloader = dict(batch_size=1, num_workers=0, persistent_workers=False, dataset=rooms)
test_dataloader = val_dataloader
val_evaluator = dict(_delete_=True, type='mmwsdepth.DepthMetric')
test_evaluator = val_evaluator
train_cfg = dict(max_iters=2, val_interval=2)
custom_hooks = [dict(type='RuntimeInfoHook')]
default_hooks = dict(logger=dict(interval=1))
"""


@pytest.mark.slow
@pytest.mark.parametrize('by_name', [True, False])
def test_a_project_of_its_own_inherits_our_config_and_runs_in_our_tools(
    run_tool, rooms_root: Path, tmp_path: Path, by_name: bool
) -> None:
    base = 'mmwsdepth::wsdepth_rooms.py'
    if not by_name:
        (tmp_path / 'copied').symlink_to(Path(__file__).parents[2] / 'configs')
        base = './copied/wsdepth_rooms.py'
    (tmp_path / 'mydepth.py').write_text(PACKAGE)
    config = tmp_path / 'mine.py'
    config.write_text(CONFIG.format(base=base, root=str(rooms_root)))
    work = tmp_path / 'work'
    log = run_tool([*TRAIN, config, '--work-dir', work], PYTHONPATH=str(tmp_path)).stdout
    assert 'the loss of this project' in log
    for name in ('loss_lr', 'loss_hr', 'loss_consistency', 'loss_affinity', 'loss_teacher'):
        assert f'{name}:' in log, "custom_hooks of one's own lose nothing of the method"
    assert 'no AffinityDistillationHook' not in log
    assert set(losses_by_iteration(work)) == {1, 2}
    published = torch.load(work / 'student.pth', weights_only=True)['state_dict']
    assert 'backbone.layer4.1.conv2.weight' in published
    tested = run_tool(
        [*TEST, config, work / 'iter_2.pth', '--work-dir', work], PYTHONPATH=str(tmp_path)
    )
    assert 'depth/abs_rel' in tested.stdout
