from types import SimpleNamespace

import torch
from torch import nn

from mmwsdepth.engine.hooks.summary_hook import summarize


def test_the_summary_names_networks_data_sizes_and_schedule(make_runner) -> None:
    runner = make_runner()
    runner.model.student = nn.Linear(1000, 335_000, bias=False, device='meta')
    runner.train_dataloader = SimpleNamespace(dataset=range(7))
    runner.val_loop, runner.world_size = None, 2
    depth = SimpleNamespace(gt_depth_map=SimpleNamespace(data=torch.ones(1, 6, 8)))
    batch = dict(inputs=[torch.ones(3, 24, 32)] * 4, data_samples=[depth] * 4)
    lines = ' '.join(summarize(runner, batch))
    assert 'Linear with 335 M' in lines and 'range: 7 images' in lines
    assert 'image 24x32, ground truth 6x8' in lines and '10 iterations of 8 images' in lines
