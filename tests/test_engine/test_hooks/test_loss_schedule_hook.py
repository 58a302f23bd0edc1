import pytest

from mmwsdepth.engine.hooks import LossScheduleHook
from mmwsdepth.models.estimators import DepthReconstruction


def test_losses_set_in_when_they_are_told_to(make_runner) -> None:
    runner = make_runner()
    hook = LossScheduleHook(schedule=dict(loss_hr=(1, 0)))
    hook.before_train(runner)
    hook.before_train_iter(runner, 0)
    assert runner.model.loss_factors['loss_hr'] == 0
    assert runner.model.loss_factors['loss_lr'] == 1
    runner.iter = 1
    hook.before_train_iter(runner, 1)
    assert runner.model.loss_factors['loss_hr'] == 1


@pytest.mark.parametrize(
    ('schedule', 'message'),
    [
        (dict(loss_x=(1, 0)), "schedule names 'loss_x', the model has loss_lr, loss_hr to be"),
        (dict(loss_affinity=(1, 0)), "schedule names 'loss_affinity'"),
        (dict(loss_lr=(1, 0), loss_hr=(2, 0)), 'delays loss_hr, loss_lr: .* must begin at 0'),
    ],
)
def test_a_schedule_that_cannot_work_is_refused(make_runner, schedule, message) -> None:
    runner = make_runner(DepthReconstruction(channels=(8, 16)))
    with pytest.raises(ValueError, match=message):
        LossScheduleHook(schedule=schedule).before_train(runner)
