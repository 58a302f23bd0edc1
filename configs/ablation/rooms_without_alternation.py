# Both branches learn in every iteration.
_base_ = '../wsdepth_rooms.py'
default_hooks = dict(alternation=None)
