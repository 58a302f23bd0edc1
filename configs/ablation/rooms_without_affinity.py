# Without the teacher and its affinity loss.
_base_ = '../wsdepth_rooms.py'
model = dict(teacher=None, loss_affinity=None)
