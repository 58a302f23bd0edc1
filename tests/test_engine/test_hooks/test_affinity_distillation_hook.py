import pytest

from mmwsdepth.engine.hooks import AffinityDistillationHook
from mmwsdepth.models.estimators import DepthReconstruction


def _teacher(**options: object) -> DepthReconstruction:
    return DepthReconstruction(channels=(8, 16), **options)


def test_the_affinity_loss_sets_in_and_warms_up(make_runner) -> None:
    runner = make_runner(_teacher())
    hook = AffinityDistillationHook(begin=0.2, warmup=0.2)
    hook.before_train(runner)
    factors = []
    for runner.iter in range(5):
        hook.before_train_iter(runner, runner.iter)
        factors.append(runner.model.affinity_factor)
    assert factors == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_a_model_without_a_teacher_is_left_alone(make_runner) -> None:
    runner, hook = make_runner(), AffinityDistillationHook()
    hook.before_train(runner)
    hook.before_train_iter(runner, 0)
    runner.model = DepthReconstruction(channels=(8, 16))
    hook.before_train(runner)


@pytest.mark.parametrize('options', [dict(begin=100), dict(begin=1.0), dict(warmup=-1)])
def test_what_is_no_share_of_the_training_is_refused(options) -> None:
    with pytest.raises(ValueError, match='both are shares of the training'):
        AffinityDistillationHook(**options)


def test_a_frozen_teacher_must_not_be_able_to_learn(make_runner) -> None:
    teacher = _teacher(frozen=True, init_cfg=dict(type='Pretrained', checkpoint='x.pth'))
    runner = make_runner(teacher)
    AffinityDistillationHook().before_train(runner)
    next(teacher.parameters()).requires_grad_(True)
    with pytest.raises(ValueError, match=r'frozen, yet encoder.* requires a gradient'):
        AffinityDistillationHook().before_train(runner)


def test_a_learning_teacher_must_be_in_the_optimizer(make_runner) -> None:
    teacher = _teacher()
    runner = make_runner(teacher, optimized=list(teacher.decoder.parameters()))
    with pytest.raises(ValueError, match=r'encoder.* is not optimized: check paramwise_cfg'):
        AffinityDistillationHook().before_train(runner)
