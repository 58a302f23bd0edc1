"""Tables of results."""

from collections.abc import Mapping


def markdown_table(metrics: Mapping[str, float]) -> str:
    """Lay out metrics with one row a prefix.

    Args:
        metrics: Values by `row/column`, as MMEngine's evaluator returns them.

    Returns:
        A Markdown table; an empty string if there are no such metrics.
    """
    rows: dict[str, dict[str, float]] = {}
    for key, value in metrics.items():
        name, _, column = key.rpartition('/')
        rows.setdefault(name, {})[column] = value
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    if not columns:
        return ''
    table = [['', *columns]]
    for name, row in rows.items():
        table.append([name, *(f'{row[c]:.4f}' if c in row else '' for c in columns)])
    widths = [max(len(line[i]) for line in table) for i in range(len(columns) + 1)]
    lines = [
        '| '
        + ' | '.join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        + ' |'
        for line in table
    ]
    rule = '|' + '|'.join('-' * (width + 1) + ':' for width in widths) + '|'
    return '\n'.join([lines[0], rule, *lines[1:]])
