from collections import OrderedDict

import pytest
import torch

from mmwsdepth.models.estimators import DepthReconstruction
from mmwsdepth.models.estimators.checkpoint_fit import fit_weights, weights_in


def test_a_models_own_weights_fit(make_estimator) -> None:
    model = make_estimator()
    state = model.state_dict()
    fit = fit_weights(model, state)
    assert fit.complaint is None and fit.state.keys() == state.keys()


def test_a_published_student_lacks_the_teacher_alone(make_estimator) -> None:
    trained, model = make_estimator(), make_estimator()
    fit = fit_weights(model, trained.student.state_dict())
    assert fit.lacking == [key for key in model.state_dict() if key.startswith('teacher.')]
    assert not fit.misshapen and not fit.surplus
    assert all(
        torch.equal(fit.state[k], v) for k, v in trained.state_dict().items() if k in fit.state
    )


@pytest.mark.parametrize('key', ['backbone._conv_stem.weight', 'backbone._bn0.running_mean'])
def test_gaps_and_other_shapes_and_other_parts_are_named(make_estimator, key: str) -> None:
    model = make_estimator()
    state = model.student.state_dict()
    value = state.pop(key)
    assert fit_weights(model, state).complaint.startswith(f'has no student.{key} (')
    wrong = state | {key: torch.zeros(2, 5)}
    shape = 'x'.join(map(str, value.shape))
    assert f'student.{key} is 2x5 there and {shape} in the model' in (
        fit_weights(model, wrong).misshapen
    )
    more = state | {key: value, 'backbone.layer9.weight': torch.zeros(1), 'auxiliary_head.x': value}
    assert fit_weights(model, more).surplus == ['backbone.layer9.weight']


def test_batch_counters_and_scalars_do_not_matter() -> None:
    model = torch.nn.BatchNorm2d(3)
    state = model.state_dict()
    del state['num_batches_tracked']
    assert fit_weights(model, state).complaint is None


@pytest.mark.parametrize('prefix', ['', 'module.', 'module.module.'])
@pytest.mark.parametrize('wrapped', [True, False])
def test_weights_are_found_without_wrapper_and_metadata(prefix: str, wrapped: bool) -> None:
    state = OrderedDict({f'{prefix}w': torch.ones(2)})
    found = weights_in(dict(state_dict=state, meta=dict()) if wrapped else state | dict(epoch=3))
    assert found.keys() == {'w'}
    assert weights_in(torch.ones(2)) == weights_in(dict(state_dict=None)) == {}


def test_another_models_weights_do_not_fit(make_estimator) -> None:
    model, other = make_estimator(), DepthReconstruction(channels=(8, 16))
    assert not fit_weights(model, other.state_dict()).state
    assert fit_weights(other, model.state_dict()).complaint.startswith('has no encoder.0')
    smaller = DepthReconstruction(channels=(8, 16))
    deeper = DepthReconstruction(channels=(8, 16, 24))
    assert fit_weights(smaller, deeper.state_dict()).complaint
