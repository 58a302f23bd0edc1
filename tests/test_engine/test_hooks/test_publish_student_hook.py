from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import EMAHook

from mmwsdepth.engine.hooks import PublishStudentHook
from mmwsdepth.models.estimators import DepthReconstruction
from mmwsdepth.safe_load import load_checkpoint_file


def test_the_published_file_holds_the_student_alone(make_runner) -> None:
    runner = make_runner(DepthReconstruction(channels=(8, 16)))
    PublishStudentHook().after_train(runner)
    published = load_checkpoint_file(str(Path(runner.work_dir) / 'student.pth'))
    assert published['state_dict'].keys() == runner.model.student.state_dict().keys()
    assert set(published) == {'meta', 'state_dict'}
    assert Config.fromstring(published['meta']['cfg'], '.py').x == 1
    assert [p.name for p in Path(runner.work_dir).iterdir()] == ['student.pth']


def test_with_emahook_the_averaged_weights_are_published(make_runner) -> None:
    runner, ema = make_runner(), EMAHook(momentum=0.5)
    ema.before_run(runner)
    runner.hooks = [ema]
    start = runner.model.student.weight.detach().clone()
    for runner.iter in range(2):
        with torch.no_grad():
            runner.model.student.weight += 1
        ema.after_train_iter(runner, runner.iter)
    PublishStudentHook().after_train(runner)
    published = load_checkpoint_file(str(Path(runner.work_dir) / 'student.pth'))['state_dict']
    ema.before_val_epoch(runner)
    assert torch.equal(published['weight'], runner.model.student.weight), 'what is evaluated'
    assert torch.allclose(published['weight'], start + 1.5), 'the first step starts the average'


def test_a_model_without_a_student_publishes_nothing(make_runner) -> None:
    runner = make_runner()
    runner.model = DepthReconstruction(channels=(8, 16))
    PublishStudentHook().after_train(runner)
    assert not list(Path(runner.work_dir).iterdir())


def test_the_student_that_training_starts_from_is_not_replaced(make_runner) -> None:
    runner, hook = make_runner(), PublishStudentHook()
    student = Path(runner.work_dir) / 'student.pth'
    hook.before_train(runner)
    student.write_bytes(b'kept')
    hook.before_train(runner)
    runner.cfg.load_from = str(student)
    with pytest.raises(ValueError, match=r'student\.pth: .* overwrite the input .*another folder'):
        hook.before_train(runner)
