from mmwsdepth.apis import runner_options


def test_the_options_that_openmmlab_users_know() -> None:
    args = runner_options('Run.').parse_args(
        ['c.py', '--work-dir', 'w', '--launcher', 'pytorch', '--cfg-options', 'a.b=2', 'c=[1,x]']
    )
    assert (args.config, args.work_dir, args.launcher) == ('c.py', 'w', 'pytorch')
    assert args.cfg_options == {'a.b': 2, 'c': [1, 'x']}
