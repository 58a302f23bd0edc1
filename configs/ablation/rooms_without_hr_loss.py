# Without the HR loss: the HR branch learns by consistency alone, in every iteration.
_base_ = '../wsdepth_rooms.py'
model = dict(loss_hr=None)
