"""Find out what is wrong before training does: installation, data, size of a model."""

from .complexity import count_branches
from .environment import environment_findings, environment_title
from .findings import Finding
from .folder import DataFolder, folders_below, folders_of_config
from .inspection import inspect
from .report import folder_section, has_problem, render
from .visible_sample import visible_samples

__all__ = [
    'DataFolder',
    'Finding',
    'count_branches',
    'environment_findings',
    'environment_title',
    'folder_section',
    'folders_below',
    'folders_of_config',
    'has_problem',
    'inspect',
    'render',
    'visible_samples',
]
