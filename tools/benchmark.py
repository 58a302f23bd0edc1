"""Measure what things cost: `python tools/benchmark.py SUITE [--size HxW] [--out FILE.json]`."""

from mmwsdepth.apis import one_sentence_errors
from mmwsdepth.benchmarks import (
    SUITES,
    Setting,
    describe,
    environment_line,
    to_markdown,
    write_json,
)
from mmwsdepth.benchmarks.options import benchmark_options

COMMON = ('device', 'threads', 'rounds', 'clock', 'seed', 'memory_limit')


def main() -> None:
    """Measure a suite, print its tables and write its numbers."""
    options = vars(benchmark_options().parse_args())
    suite, out = options.pop('suite'), options.pop('out')
    setting = Setting(**{name: options.pop(name) for name in COMMON})
    setting.apply()
    tables = SUITES[suite].run(setting, **options)
    environment = describe(setting)
    if out is not None:
        write_json(out, dict(suite=suite, options=options, environment=environment), tables)
    print('\n\n'.join([*map(to_markdown, tables), environment_line(environment)]))


if __name__ == '__main__':
    with one_sentence_errors():
        main()
