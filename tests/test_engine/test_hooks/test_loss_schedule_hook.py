import pytest

from mmwsdepth.engine.hooks import LossScheduleHook


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


def test_an_unknown_loss_is_named(make_runner) -> None:
    with pytest.raises(ValueError, match="schedule names 'loss_x', the model has loss_lr"):
        LossScheduleHook(schedule=dict(loss_x=(1, 0))).before_train(make_runner())
