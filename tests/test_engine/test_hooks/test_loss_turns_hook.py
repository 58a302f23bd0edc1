from collections.abc import Callable
from typing import Any

import pytest
from mmengine.config import Config
from torch import nn

from mmwsdepth.engine.hooks import LossScheduleHook, LossTurnsHook, turns_of
from mmwsdepth.models.estimators import DepthReconstruction
from mmwsdepth.models.estimators.two_views import TwoViews


@pytest.mark.parametrize(
    ('hr_share', 'expected'), [(0.5, '01010101'), (0.25, '00010001'), (0.75, '01110111')]
)
def test_one_view_an_iteration(
    make_runner: Callable[..., Any], hr_share: float, expected: str
) -> None:
    runner, hook, turns = make_runner(), LossTurnsHook(hr_share), ''
    hook.before_train(runner)
    for runner.iter in range(8):
        hook.before_train_iter(runner, 0)
        factors = runner.model.loss_factors
        assert factors['loss_lr'] + factors['loss_hr'] == 1
        assert factors['loss_affinity'] == 0
        turns += str(int(factors['loss_hr']))
    assert turns == expected


def test_a_resumed_run_goes_on_with_the_turn(make_runner: Callable[..., Any]) -> None:
    runner = make_runner()
    runner.iter = 3
    LossTurnsHook().before_train_iter(runner, 0)
    assert runner.model.loss_factors['loss_hr'] == 1


@pytest.mark.parametrize('hr_share', [0, 1])
def test_a_view_that_never_has_a_turn_is_refused(hr_share: float) -> None:
    with pytest.raises(ValueError, match=f'hr_share={hr_share}, not between 0 and 1'):
        LossTurnsHook(hr_share)


def test_a_model_that_cannot_take_turns_is_refused(make_runner: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match='the model has loss_lr, loss_hr, loss_affinity'):
        LossTurnsHook().before_train(make_runner(DepthReconstruction(channels=(8, 16))))
    runner = make_runner()
    runner.hooks = [LossScheduleHook(dict(loss_hr=(1, 0)))]
    with pytest.raises(ValueError, match='LossScheduleHook set the same factors'):
        LossTurnsHook().before_train(runner)
    runner.model = nn.Linear(1, 1)
    with pytest.raises(ValueError, match='the model has none'):
        LossTurnsHook().before_train(runner)
    runner = make_runner()
    runner.model.two_views = TwoViews(crop=0.5)
    with pytest.raises(ValueError, match=r'two_views has crop=0\.5, set it to 1'):
        LossTurnsHook().before_train(runner)


@pytest.mark.parametrize(
    'hook',
    [dict(type='mmwsdepth.LossTurnsHook', hr_share=0.3), dict(type=LossTurnsHook, hr_share=0.3)],
)
def test_the_hook_is_found_in_a_config(hook: dict) -> None:
    cfg = Config(dict(custom_hooks=[dict(type='EMAHook'), hook]))
    found = turns_of(cfg)
    assert found is not None and found.hr_share == 0.3
    assert turns_of(Config(dict(custom_hooks=[dict(type='EMAHook')]))) is None
    assert turns_of(Config(dict(x=1))) is None
