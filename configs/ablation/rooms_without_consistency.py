# Without the consistency of the two resolutions.
_base_ = '../wsdepth_rooms.py'
model = dict(loss_consistency=None)
