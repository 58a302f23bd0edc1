# Without the LR loss: the LR branch learns by consistency alone, in every iteration.
_base_ = '../wsdepth_rooms.py'
model = dict(loss_lr=None)
