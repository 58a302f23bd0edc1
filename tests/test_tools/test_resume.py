import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

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
        [*TRAIN, str(config), '--work-dir', str(killed)],
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
