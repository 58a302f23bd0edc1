import torch

from mmwsdepth.engine.hooks import IterationSeedHook


def test_randomness_depends_on_the_iteration_and_not_on_what_came_before(make_runner) -> None:
    runner, hook = make_runner(), IterationSeedHook()
    draws = []
    for iteration in (0, 1, 1):
        runner.iter = iteration
        torch.rand(iteration + len(draws))
        hook.before_train_iter(runner, iteration)
        draws.append(torch.rand(4))
    assert torch.equal(draws[1], draws[2])
    assert not torch.equal(draws[0], draws[1])
