from importlib.machinery import ModuleSpec

import pytest

from mmwsdepth import stack


def _pretend(monkeypatch: pytest.MonkeyPatch, distributions: set[str], modules: set[str]) -> None:
    monkeypatch.setattr(stack, 'is_distribution_installed', distributions.__contains__)
    monkeypatch.setattr(
        stack, 'find_spec', lambda name: ModuleSpec(name, None) if name in modules else None
    )


@pytest.mark.parametrize('family', [stack.ONEDL, stack.OPENMMLAB])
def test_one_whole_stack_is_accepted(monkeypatch: pytest.MonkeyPatch, family: tuple) -> None:
    _pretend(monkeypatch, set(family), set(stack.MODULES))
    stack.check_stack()


def test_a_missing_package_is_named_with_the_command_that_mends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _pretend(monkeypatch, {'onedl-mmengine'}, {'mmengine'})
    with pytest.raises(
        ImportError, match='needs mmcv, mmseg: run `pip install onedl-mmengine onedl'
    ):
        stack.check_stack()


def test_two_stacks_over_one_another_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend(monkeypatch, {*stack.ONEDL, 'mmcv'}, set(stack.MODULES))
    with pytest.raises(ImportError, match='onedl-mmcv and mmcv are installed over one') as error:
        stack.check_stack()
    assert 'pip uninstall -y onedl-mmengine' in str(error.value)


def test_mmcv_lite_under_mmsegmentation_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend(monkeypatch, {'mmengine', 'mmcv-lite', 'mmsegmentation'}, set(stack.MODULES))
    with pytest.raises(ImportError, match=r'mmcv-lite has no mmcv\.ops'):
        stack.check_stack()


def test_the_installed_distributions_are_looked_up() -> None:
    assert stack.is_distribution_installed('torch')
    assert not stack.is_distribution_installed('no-such-distribution')
