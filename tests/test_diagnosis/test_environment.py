from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import pytest
import torch

from mmwsdepth.diagnosis import environment, environment_findings, environment_title
from mmwsdepth.version import __version__


def installed(monkeypatch, versions, lines=()):
    def version(name):
        if name not in versions:
            raise PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(environment, 'version', version)
    monkeypatch.setattr(environment, 'is_distribution_installed', versions.__contains__)
    monkeypatch.setattr(environment, 'requires', lambda name: list(lines))


def test_this_environment_is_sane():
    findings = environment_findings()
    assert all(finding.grade != 'problem' for finding in findings)
    assert any(torch.__version__ in finding.text for finding in findings)
    assert f'mmwsdepth {__version__}, Python 3.' in environment_title()


@pytest.mark.parametrize(
    ('versions', 'text'),
    [
        (
            {'onedl-mmengine': '0.10.12', 'onedl-mmcv': '2.3.6'},
            'stack onedl: onedl-mmengine 0.10.12, onedl-mmcv 2.3.6, '
            'onedl-mmsegmentation (not by pip)',
        ),
        (
            {'mmengine': '1', 'mmcv': '2', 'mmsegmentation': '3'},
            'stack openmmlab: mmengine 1, mmcv 2, mmsegmentation 3',
        ),
    ],
)
def test_the_stack_is_named_with_its_versions(monkeypatch, versions, text):
    installed(monkeypatch, versions)
    assert environment.stack_finding().text == text


LINES = (
    'torch>=2.2',
    'onedl-mmcv>=2.3.6; extra == "onedl"',
    'mmcv==2.1.0; extra == "openmmlab"',
    'absent>=1',
)


def test_an_outdated_package_is_a_problem_with_the_command_that_mends_it(monkeypatch):
    installed(monkeypatch, {'torch': '2.1.0', 'onedl-mmcv': '2.4.0', 'mmcv': '1.0'}, LINES)
    (finding,) = environment.requirement_findings()
    assert finding.grade == 'problem'
    assert finding.text == (
        "torch 2.1.0 is installed, mmwsdepth needs >=2.2: run `pip install 'torch>=2.2'`"
    )


def test_only_the_installed_stacks_versions_count(monkeypatch):
    installed(monkeypatch, {'torch': '2.2', 'mmcv': '2.2.0'}, LINES)
    (finding,) = environment.requirement_findings()
    assert finding.text.startswith('mmcv 2.2.0 is installed, mmwsdepth needs ==2.1.0')


def cuda(monkeypatch, available, built='12.8', error=None):
    def ones(size, device):
        if error:
            raise RuntimeError(error)
        return torch.zeros(1)

    properties = SimpleNamespace(name='H100', total_memory=80 * 2**30)
    fake = SimpleNamespace(
        is_available=lambda: available,
        device_count=lambda: 1,
        get_device_properties=lambda index: properties,
    )
    fake_torch = SimpleNamespace(
        cuda=fake, ones=ones, __version__='2', version=SimpleNamespace(cuda=built)
    )
    monkeypatch.setattr(environment, 'torch', fake_torch)
    return environment.torch_findings()


def test_a_device_that_computes_is_fine(monkeypatch):
    findings = cuda(monkeypatch, True)
    assert [finding.grade for finding in findings] == ['ok', 'ok']
    assert findings[1].text == 'cuda:0 H100, 80 GiB'


def test_a_device_that_does_not_compute_is_a_problem(monkeypatch):
    finding = cuda(monkeypatch, True, error='no kernel image\nmore')[1]
    assert finding.grade == 'problem'
    assert 'does not compute (no kernel image)' in finding.text


@pytest.mark.parametrize(('built', 'words'), [(None, 'without CUDA'), ('12.8', 'finds no device')])
def test_no_device_is_a_note(monkeypatch, built, words):
    (finding,) = cuda(monkeypatch, False, built)
    assert finding.grade == 'note' and words in finding.text


def test_a_torchvision_of_another_torch_is_a_problem_with_its_mend(monkeypatch):
    def broken(name):
        raise RuntimeError('operator torchvision::nms does not exist\nmore')

    assert environment.torchvision_findings() == []
    installed(monkeypatch, {'torchvision': '0.99'})
    monkeypatch.setattr(environment, 'import_module', broken)
    (finding,) = environment.torchvision_findings()
    assert finding.grade == 'problem'
    assert finding.text.startswith('torchvision 0.99 does not import beside torch ')
    assert 'nms does not exist)' in finding.text and 'pip uninstall torchvision' in finding.text
    monkeypatch.setattr(environment, 'import_module', lambda name: None)
    assert environment.torchvision_findings() == []
