from pathlib import Path

from mmwsdepth.engine.hooks import PublishStudentHook
from mmwsdepth.models.estimators import DepthReconstruction
from mmwsdepth.safe_load import load_checkpoint_file


def test_the_published_file_holds_the_student_alone(make_runner) -> None:
    runner = make_runner(DepthReconstruction(channels=(8, 16)))
    PublishStudentHook().after_train(runner)
    published = load_checkpoint_file(str(Path(runner.work_dir) / 'student.pth'))
    assert published['state_dict'].keys() == runner.model.student.state_dict().keys()
    assert set(published) == {'meta', 'state_dict'}
    assert 'x = 1' in published['meta']['cfg']
    assert [p.name for p in Path(runner.work_dir).iterdir()] == ['student.pth']


def test_a_model_without_a_student_publishes_nothing(make_runner) -> None:
    runner = make_runner()
    runner.model = DepthReconstruction(channels=(8, 16))
    PublishStudentHook().after_train(runner)
    assert not list(Path(runner.work_dir).iterdir())
