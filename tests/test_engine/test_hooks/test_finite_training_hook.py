import math
from typing import Any

import pytest
import torch
from mmengine.optim import AmpOptimWrapper

from mmwsdepth.engine.hooks import FiniteTrainingHook, PublishStudentHook

GOOD = dict(loss=torch.tensor(2.0), loss_hr=torch.tensor(1.0), loss_lr=torch.tensor(1.0))


def bad(value: float) -> dict[str, torch.Tensor]:
    return dict(GOOD, loss=torch.tensor(value), loss_lr=torch.tensor(value))


def run(hook: FiniteTrainingHook, runner: Any, outputs: list[dict]) -> None:
    hook.before_train(runner)
    for runner.iter, losses in enumerate(outputs):
        hook.after_train_iter(runner, runner.iter, None, losses)


@pytest.mark.parametrize('value', [math.nan, math.inf, -math.inf])
def test_a_loss_that_stays_broken_stops_and_is_named(make_runner, value: float) -> None:
    losses = [GOOD, *[bad(value)] * 3, GOOD]
    with pytest.raises(ValueError, match=rf'iteration 4: loss_lr is {value} for 3 iter.*lower opt'):
        run(FiniteTrainingHook(), make_runner(), losses)


def test_single_broken_losses_do_not_stop(make_runner) -> None:
    run(FiniteTrainingHook(), make_runner(), [GOOD, *[bad(math.nan)] * 2] * 4)


def test_a_broken_gradient_counts_but_not_with_mixed_precision(make_runner) -> None:
    runner = make_runner()
    runner.message_hub.update_scalar('train/grad_norm', math.nan)
    with pytest.raises(ValueError, match='iteration 3: grad_norm is nan for 3 iterations in a row'):
        run(FiniteTrainingHook(), runner, [GOOD] * 5)
    runner.optim_wrapper = object.__new__(AmpOptimWrapper)  # its constructor wants CUDA
    run(FiniteTrainingHook(), runner, [GOOD] * 5)
    with pytest.raises(ValueError, match='iteration 3: loss_lr is nan'):
        run(FiniteTrainingHook(), runner, [bad(math.nan)] * 5)


@pytest.mark.parametrize('part', ['state_dict', 'ema_state_dict'])
def test_broken_weights_are_not_saved(make_runner, part: str) -> None:
    hook, weights = FiniteTrainingHook(), dict(w=torch.ones(2))
    hook.before_save_checkpoint(make_runner(), dict(state_dict=weights))
    broken = dict(state_dict=weights) | {part: dict(w=torch.tensor([1.0, math.nan]))}
    with pytest.raises(ValueError, match=r'no checkpoint was saved: w \(of 1 such tensors\)'):
        hook.before_save_checkpoint(make_runner(), broken)


def test_broken_weights_are_not_published(make_runner, tmp_path) -> None:
    runner = make_runner()
    runner.model.student.weight.data.fill_(math.nan)
    with pytest.raises(ValueError, match=r'student\.pth: not written, since weight \(of 1 such'):
        PublishStudentHook().after_train(runner)
    assert not list(tmp_path.iterdir())


def test_a_patience_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match='patience=0: give 1 or more'):
        FiniteTrainingHook(patience=0)


def test_losses_that_still_have_a_graph_are_read_without_a_warning(make_runner, recwarn) -> None:
    losses = {name: loss.clone().requires_grad_() for name, loss in GOOD.items()}
    before = torch.is_warn_always_enabled()
    torch.set_warn_always(True)
    run(FiniteTrainingHook(), make_runner(), [losses])
    torch.set_warn_always(before)
    assert not recwarn.list
