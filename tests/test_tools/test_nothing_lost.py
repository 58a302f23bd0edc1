from pathlib import Path

import pytest

from mmwsdepth.safe_load import load_checkpoint_file
from tests.test_tools.conftest import TEST, TRAIN


@pytest.mark.slow
@pytest.mark.parametrize('interval', [1, 50])
def test_a_diverged_training_ends_in_a_sentence_and_leaves_nothing_broken(
    run_tool, config_file, tmp_path: Path, interval: int
) -> None:
    config = config_file(
        optim_wrapper__optimizer__lr=1e30,
        param_scheduler=[],
        train_cfg__max_iters=40,
        train_cfg__val_interval=20,
        default_hooks__checkpoint__interval=interval,
    )
    done = run_tool([*TRAIN, config, '--work-dir', tmp_path / 'work'], status=1)
    assert 'Traceback' not in done.stderr
    assert 'error: training stopped at iteration ' in done.stderr
    assert done.stderr.strip().splitlines()[-1].endswith('and train anew')
    assert not (tmp_path / 'work' / 'student.pth').exists()
    for path in (tmp_path / 'work').glob('*.pth'):
        load_checkpoint_file(str(path))


@pytest.mark.slow
def test_a_student_is_tested_by_its_own_config_and_by_no_other(
    run_tool, config_file, tmp_path: Path, rooms_root: Path
) -> None:
    work = tmp_path / 'work'
    config = config_file(train_cfg__max_iters=2, train_cfg__val_interval=2)
    run_tool([*TRAIN, config, '--work-dir', work])
    student = work / 'student.pth'
    options = ['--data-root', rooms_root, '--work-dir', tmp_path / 'scored']
    scored = run_tool([*TEST, *options, student]).stdout
    assert 'abs_rel' in scored and 'do not match' not in scored
    wider = ['--cfg-options', 'model.student.decode_head.channels=24']
    wrong = run_tool([*TEST, config, student, *wider], status=1)
    assert f'error: {student}: not the weights of this' in wrong.stderr
    assert 'it carries the config tiny with the backbone' in wrong.stderr

    (work / 'iter_2.pth').write_bytes(b'cut')
    done = run_tool([*TRAIN, config, '--work-dir', work, '--resume'], status=1)
    assert 'none of 1 checkpoints can be resumed from' in done.stderr
    assert 'Traceback' not in wrong.stderr + done.stderr
