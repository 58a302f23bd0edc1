from pathlib import Path

import pytest
import torch

from tests.conftest import ROOT
from tests.test_tools.conftest import TEST, TRAIN

HOOK = """
import torch
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.registry import HOOKS, MODELS
from torch import nn

from mmwsdepth.models.losses import AffinityLoss


@HOOKS.register_module()
class WeightsOfRank(Hook):
    priority = 'LOWEST'

    def after_train(self, runner):
        model = runner.model.module
        torch.save(dict(model.named_parameters()), f'weights_{get_rank()}.pth')
        torch.save(sorted(i for i in SEEN), f'seen_{get_rank()}.pth')

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        SEEN.update(sample.name for sample in data_batch['data_samples'])


SEEN = set()


@MODELS.register_module()
class AdaptedAffinityLoss(AffinityLoss):
    # The adapter must get a gradient before the loss sets in, too.
    def __init__(self, **options):
        super().__init__(**options)
        self.adapter = nn.Conv2d(16, 16, 1)

    def forward(self, student, teacher, valid=None):
        return super().forward(self.adapter(student), teacher, valid)
"""


@pytest.mark.slow
def test_two_processes_train_on_different_images_and_end_with_equal_weights(
    run_tool, config_file, tmp_path: Path
) -> None:
    (tmp_path / 'rank_hook.py').write_text(HOOK)
    config = config_file(
        "\ncustom_imports = dict(imports=['rank_hook'])\n"
        "custom_hooks = [dict(type='WeightsOfRank')]\n",
        train_cfg__max_iters=4,
        train_cfg__val_interval=4,
        default_hooks__distillation__begin=0.5,
        model__loss_affinity__type='AdaptedAffinityLoss',
    )
    run_tool(
        ['bash', ROOT / 'tools' / 'dist_train.sh', config, 2, '--work-dir', tmp_path / 'work'],
        PYTHONPATH=str(tmp_path),
        PORT='29511',
    )
    first, second = (torch.load(tmp_path / f'weights_{rank}.pth') for rank in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)
    seen = [set(torch.load(tmp_path / f'seen_{rank}.pth')) for rank in range(2)]
    assert seen[0] != seen[1]


@pytest.mark.slow
def test_two_processes_score_each_image_once(run_tool, config_file, tmp_path: Path) -> None:
    config = config_file(train_cfg__max_iters=2)
    run_tool([*TRAIN, config, '--work-dir', tmp_path / 'work'])
    checkpoint = tmp_path / 'work' / 'iter_2.pth'
    single = run_tool([*TEST, config, checkpoint])
    double = run_tool(
        ['bash', ROOT / 'tools' / 'dist_test.sh', config, checkpoint, 2], PORT='29512'
    )
    assert _row(single.stdout) == _row(double.stdout)


def _row(log: str) -> str:
    return next(line for line in reversed(log.splitlines()) if line.startswith('|          model'))
