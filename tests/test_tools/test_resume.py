import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from tests.test_tools.conftest import TEST, TRAIN, losses_by_iteration


def _wait_for(path: Path, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 120
    while not path.is_file():
        assert process.poll() is None, 'training ended before it could be killed'
        assert time.monotonic() < deadline, f'{path} did not appear'
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize('workers', [0, 2])
def test_a_killed_run_resumes_with_the_losses_of_an_uninterrupted_one(
    run_tool, config_file, tmp_path: Path, workers: int
) -> None:
    config = config_file(
        train_cfg__max_iters=12,
        train_cfg__val_interval=12,
        default_hooks__checkpoint__interval=3,
        train_dataloader__num_workers=workers,
        train_dataloader__persistent_workers=workers > 0,
    )
    whole, killed = tmp_path / 'whole', tmp_path / 'killed'
    run_tool([*TRAIN, config, '--work-dir', whole])

    process = subprocess.Popen(
        [sys.executable, *TRAIN[1:], str(config), '--work-dir', str(killed)],
        cwd=tmp_path,
        env=os.environ | dict(OMP_NUM_THREADS='1'),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _wait_for(killed / 'last_checkpoint', process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = losses_by_iteration(killed)
    assert max(before, default=0) < 12
    log = run_tool([*TRAIN, config, '--work-dir', killed, '--resume']).stdout
    assert 'resumed epoch: 0, iter: ' in log
    assert losses_by_iteration(killed) == losses_by_iteration(whole)
    assert set(losses_by_iteration(whole)) == set(range(1, 13))

    scored = run_tool([*TEST, killed / config.name, killed / 'student.pth'])  # it says resume=True
    assert 'abs_rel' in scored.stdout


@pytest.mark.slow
def test_averaged_weights_and_accumulated_gradients_resume_and_are_published(
    run_tool, config_file, tmp_path: Path
) -> None:
    ema = "\ncustom_hooks = [dict(type='EMAHook', momentum=0.5)]\n"
    options = dict(
        optim_wrapper__accumulative_counts=2,
        optim_wrapper__clip_grad=None,
        default_hooks__checkpoint__interval=4,
        train_cfg__val_interval=8,
    )
    whole, halved = tmp_path / 'whole', tmp_path / 'halved'
    config = config_file(ema, train_cfg__max_iters=8, **options)
    log = run_tool([*TRAIN, config, '--work-dir', whole]).stdout
    for name in ('loss_lr', 'loss_hr', 'loss_consistency', 'loss_affinity'):
        assert f'{name}:' in log

    halved.mkdir()
    shutil.copy(whole / 'iter_4.pth', halved)
    (halved / 'last_checkpoint').write_text(str(halved / 'iter_4.pth'))
    run_tool([*TRAIN, config, '--work-dir', halved, '--resume'])
    first, second = (
        torch.load(folder / 'student.pth', weights_only=True)['state_dict']
        for folder in (whole, halved)
    )
    assert all(torch.equal(first[name], second[name]) for name in first)
    evaluated = torch.load(whole / 'iter_8.pth', weights_only=False)['state_dict']
    assert all(torch.equal(first[k], evaluated[f'student.{k}']) for k in first if 'lr_' not in k)
