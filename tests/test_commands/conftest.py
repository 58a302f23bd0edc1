from tests.test_apis.conftest import published, small_config
from tests.test_tools.conftest import config_file, run_tool

__all__ = ['config_file', 'published', 'run_tool', 'small_config']
