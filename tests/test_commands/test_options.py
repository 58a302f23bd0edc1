import pytest

from mmwsdepth.apis import outputs
from mmwsdepth.apis.export import FORMATS
from mmwsdepth.commands import export, infer
from mmwsdepth.commands.options import runner_options


def test_choices_that_are_offered_without_pytorch_are_those_that_there_are() -> None:
    assert tuple(FORMATS) == export.NAMES
    assert infer.KINDS == outputs.KINDS


def test_the_options_that_openmmlab_users_know() -> None:
    args = runner_options('run', 'Run.').parse_args(
        ['c.py', '--work-dir', 'w', '--launcher', 'pytorch', '--cfg-options', 'a.b=2', 'c=[1,x]']
    )
    assert (args.config, args.work_dir, args.launcher) == ('c.py', 'w', 'pytorch')
    assert args.cfg_options == {'a.b': 2, 'c': [1, 'x']}


@pytest.mark.parametrize(
    ('line', 'config'),
    [
        (['a.pth'], None),
        (['--work-dir', 'w', 'a.pth'], None),
        (['c.py', 'a.pth'], 'c.py'),
        (['c.py', '--work-dir', 'w', 'a.pth'], 'c.py'),
    ],
)
def test_a_config_that_may_be_left_out_comes_before_the_checkpoint(
    line: list[str], config: str | None
) -> None:
    parser = runner_options('run', 'Run.', needs_config=False)
    parser.add_argument('checkpoint')
    args = parser.parse_intermixed_args(line)
    assert (args.config, args.checkpoint) == (config, 'a.pth')
