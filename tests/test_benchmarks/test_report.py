import json
from importlib.metadata import distributions

import pytest

import mmwsdepth.benchmarks.environment as environment_module
from mmwsdepth.benchmarks import Setting, Table, describe, environment_line, to_markdown, write_json
from mmwsdepth.benchmarks.timing import Ratio
from mmwsdepth.version import __version__

TABLE = Table(
    'things',
    ('name', 'ms', 'ratio'),
    [
        {'name': 'ours', 'ms': 1234.5, 'ratio': Ratio(0.51234, 0.5, 0.52), 'seconds': [1.2, 1.3]},
        {'name': 'theirs', 'ms': 0.012345, 'ratio': None},
    ],
    ['A note.'],
)


def test_markdown_has_the_columns_asked_for() -> None:
    lines = to_markdown(TABLE).splitlines()
    assert lines[2:] == [
        '| name | ms | ratio |',
        '|---|---:|---:|',
        '| ours | 1,234 | 0.512 (0.5 to 0.52) |',
        '| theirs | 0.0123 |  |',
        '',
        'A note.',
    ]


def test_json_has_all_that_was_found(tmp_path) -> None:
    path = tmp_path / 'deep' / 'found.json'
    write_json(path, dict(suite='x'), [TABLE])
    found = json.loads(path.read_text())
    assert found['suite'] == 'x'
    ours, theirs = found['tables'][0]['rows']
    assert ours['seconds'] == [1.2, 1.3]
    assert ours['ratio'] == dict(value=0.51234, low=0.5, high=0.52)
    assert theirs['ratio'] is None


def test_the_environment_says_what_was_measured_with(setting, monkeypatch) -> None:
    installed = [found for found in distributions() if found.name != 'mmwsdepth']
    monkeypatch.setattr(environment_module, 'distributions', lambda: installed)  # run from source
    environment = describe(setting)
    line = environment_line(environment)
    assert environment['hardware']['cores'] >= 1
    assert environment['versions']['torch'] in line
    assert f'mmwsdepth {__version__}' in line
    assert environment['date'] in line
    assert f'{setting.threads} threads' in line
    json.dumps(environment)


@pytest.mark.parametrize(
    ('option', 'complaint'),
    [
        (dict(device='tpu'), "device='tpu' is neither"),
        (dict(clock='sun'), "clock='sun' is none of wall, processor"),
        (dict(threads=0), 'threads=0 must be above 0'),
        (dict(rounds=0), 'rounds=0 must be above 0'),
        (dict(memory_limit=-1.0), 'memory_limit=-1.0 must be above 0'),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(option, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Setting(**option)
