import json

# What a host project shares with us, before and after.
CHANGES = """
import json, logging, os, random, sys, warnings
import cv2, matplotlib, mmengine, mmseg.registry, numpy, torch
from mmengine.config import Config
from mmengine.config.utils import MODULE2PACKAGE
from mmengine.logging import MMLogger, MessageHub
from mmengine.registry import DefaultScope
from mmengine.runner import CheckpointLoader


def state():
    return dict(
        environment=dict(os.environ),
        warnings=list(warnings.filters),
        logging=(list(logging.root.handlers), logging.root.level, logging.root.disabled),
        excepthook=sys.excepthook,
        path=list(sys.path),
        threads=(torch.get_num_threads(), cv2.getNumThreads()),
        dtype=torch.get_default_dtype(),
        random=(random.getstate(), torch.get_rng_state().tolist(), numpy.random.get_state()[1].tolist()),
        deterministic=(torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.benchmark),
        safe_globals=torch.serialization.get_safe_globals(),
        matplotlib=dict.copy(matplotlib.rcParams),
        scope=dict(DefaultScope._instance_dict),
        loggers=dict(MMLogger._instance_dict),
        messages=dict(MessageHub._instance_dict),
        packages=dict(MODULE2PACKAGE),
        schemes=list(CheckpointLoader._schemes),
        config={k: v for k, v in vars(Config).items() if k != '__doc__'},
    )


before = state()
import mmwsdepth
after = state()
changed = {}
for key, was in before.items():
    now = after[key]
    if isinstance(was, dict):
        changed[key] = sorted(k for k in was | now if was.get(k) is not now.get(k) and was.get(k) != now.get(k))
    elif key == 'schemes':
        changed[key] = sorted(set(now) ^ set(was))
    else:
        changed[key] = [] if was == now else [str(key)]
print(json.dumps({key: names for key, names in changed.items() if names}))
"""  # noqa: E501


def test_importing_changes_nothing_of_a_host_project_but_our_own_scheme(run_program) -> None:
    done = run_program(CHANGES)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == dict(
        packages=['mmwsdepth'], config=['_get_cfg_path']
    )
