import pytest

from mmwsdepth.engine.hooks import AlternatingBranchesHook


def test_branches_take_turns_and_follow_the_iteration_after_a_resume(make_runner) -> None:
    runner, hook = make_runner(), AlternatingBranchesHook()
    hook.before_train(runner)
    chosen = []
    for runner.iter in (0, 1, 2, 3, 7):
        hook.before_train_iter(runner, runner.iter)
        chosen += runner.model.learning_branches
    assert chosen == ['hr', 'lr', 'hr', 'lr', 'lr']


@pytest.mark.parametrize('name', ['loss_hr', 'loss_lr'])
def test_a_model_without_a_loss_for_each_branch_is_left_alone(make_runner, name: str) -> None:
    runner, hook = make_runner(), AlternatingBranchesHook()
    setattr(runner.model, name, None)
    hook.before_train(runner)
    for runner.iter in range(2):
        hook.before_train_iter(runner, runner.iter)
        assert runner.model.learning_branches == ['hr', 'lr']


def test_one_iteration_is_refused(make_runner) -> None:
    runner = make_runner()
    runner.max_iters = 1
    with pytest.raises(ValueError, match='needs 2 iterations or more, max_iters=1'):
        AlternatingBranchesHook().before_train(runner)
