from mmwsdepth.evaluation import markdown_table


def test_a_small_table_reads_exactly_so():
    metrics = {
        'depth/abs_rel': 0.12345,
        'depth/d1': 0.9,
        'mean depth map/abs_rel': 0.5,
        'mean depth map/rmse': 12.0,
    }
    assert markdown_table(metrics) == (
        '|                | abs_rel |     d1 |    rmse |\n'
        '|---------------:|--------:|-------:|--------:|\n'
        '|          depth |  0.1235 | 0.9000 |         |\n'
        '| mean depth map |  0.5000 |        | 12.0000 |'
    )


def test_all_lines_are_equally_wide():
    metrics = {'a/very_long_name': 1234.5, 'b/x': 1, 'a longer row/x': -3.25}
    lines = markdown_table(metrics).splitlines()
    assert len(lines) == 5
    assert len({len(line) for line in lines}) == 1
    assert {line.count('|') for line in lines} == {4}


def test_rows_are_named_by_all_that_stands_before_the_last_slash():
    assert '| val/depth |' in markdown_table({'val/depth/rmse': 1.0})
    assert markdown_table({'rmse': 1.0}).splitlines()[-1] == '|  | 1.0000 |'


def test_nothing_to_report_is_an_empty_text():
    assert markdown_table({}) == ''
