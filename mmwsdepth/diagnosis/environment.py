"""What is installed: the OpenMMLab stack, PyTorch, CUDA."""

import os
import platform
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version

import torch
from packaging.requirements import Requirement

from mmwsdepth.datasets.bad_file import first_line
from mmwsdepth.stack import ONEDL, OPENMMLAB, is_distribution_installed
from mmwsdepth.version import __version__

from .findings import Finding

PACKAGE = 'mmwsdepth'


def environment_findings() -> list[Finding]:
    """Look at the installed packages and at the devices.

    That the stack is one whole stack, `mmwsdepth.stack.check_stack` has made sure of on import.
    """
    return [stack_finding(), *requirement_findings(), *torch_findings(), *torchvision_findings()]


def environment_title() -> str:
    """Name this package, Python and the system."""
    python = f'Python {platform.python_version()}'
    return f'{PACKAGE} {__version__}, {python}, {platform.system()} {platform.machine()}'


def stack_finding() -> Finding:
    """Name the OpenMMLab stack and its versions."""
    extra = installed_extra()
    names = {'onedl': ONEDL, 'openmmlab': OPENMMLAB}[extra]
    versions = ', '.join(
        f'{name} {version(name)}' if is_distribution_installed(name) else f'{name} (not by pip)'
        for name in names
    )
    return Finding('ok', f'stack {extra}: {versions}')


def installed_extra() -> str:
    """Name the extra of `setup.cfg` whose stack is installed: 'onedl' or 'openmmlab'."""
    return 'onedl' if any(map(is_distribution_installed, ONEDL)) else 'openmmlab'


def requirement_findings() -> list[Finding]:
    """Hold installed versions against what mmwsdepth and the extra of its stack ask for."""
    try:
        lines = requires(PACKAGE) or []
    except PackageNotFoundError:
        return [Finding('note', f'{PACKAGE} is not installed by pip: versions are not checked')]
    findings = []
    for requirement in map(Requirement, lines):
        name, wanted = requirement.name, requirement.specifier
        marker = requirement.marker
        applies = marker is None or marker.evaluate({'extra': installed_extra()})
        if not applies or not is_distribution_installed(name):
            continue
        if not wanted.contains(version(name), prereleases=True):
            found = f'{name} {version(name)} is installed, {PACKAGE} needs {wanted}'
            findings.append(Finding('problem', f"{found}: run `pip install '{name}{wanted}'`"))
    return findings


def torch_findings() -> list[Finding]:
    """Name PyTorch and the devices, and let each CUDA device add up a few numbers."""
    torch_version = f'torch {torch.__version__}'
    if not torch.cuda.is_available():
        cores = f'models run on {os.cpu_count()} cores, in float32'
        if torch.version.cuda is None:
            return [Finding('note', f'{torch_version}, without CUDA: {cores}')]
        return [
            Finding(
                'note',
                f'{torch_version}, for CUDA {torch.version.cuda}, finds no device: {cores}; '
                'where there should be one, see `nvidia-smi`',
            )
        ]
    findings = [Finding('ok', f'{torch_version}, CUDA {torch.version.cuda}')]
    return findings + [_device_finding(index) for index in range(torch.cuda.device_count())]


def torchvision_findings() -> list[Finding]:
    """Tell of a torchvision of another PyTorch: models of `transformers` fail to import with it."""
    if not is_distribution_installed('torchvision'):
        return []
    try:
        import_module('torchvision')
    except (ImportError, RuntimeError, OSError) as error:
        return [
            Finding(
                'problem',
                f'torchvision {version("torchvision")} does not import beside torch '
                f'{torch.__version__} ({first_line(error)}), nor do models of transformers then: '
                'run `pip uninstall torchvision`, or install the release for this torch',
            )
        ]
    return []


def _device_finding(index: int) -> Finding:
    properties = torch.cuda.get_device_properties(index)
    name = f'cuda:{index} {properties.name}, {properties.total_memory / 2**30:.0f} GiB'
    try:
        torch.ones(8, device=f'cuda:{index}').sum().item()
    except RuntimeError as error:
        complaint = f'{name} does not compute ({first_line(error)}): install a torch for it'
        return Finding('problem', complaint)
    return Finding('ok', name)
