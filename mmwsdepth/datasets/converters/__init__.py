"""From the formats in which RGB-D data is published to the layout that the data sets read."""

from .encode import Style
from .run import Report
from .sources import SOURCES, Source, convert

__all__ = ['SOURCES', 'Report', 'Source', 'Style', 'convert']
