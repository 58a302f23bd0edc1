# Without the HR loss: the HR branch learns by consistency alone, in every
# iteration: compare it with rooms_without_alternation.py.
_base_ = '../wsdepth_rooms.py'
model = dict(loss_hr=None)
