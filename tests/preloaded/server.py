"""Runs programs in processes that need not import PyTorch and OpenMMLab, which takes seconds.

Each program gets a process of its own, with the arguments, variables, folder and streams of its
caller, `call.py`, and ends with it; this package it imports itself.
"""

import gc
import json
import os
import runpy
import select
import signal
import site
import socket
import sys

import matplotlib.pyplot
import mmseg.apis
import torch._dynamo
from yapf.yapflib import yapf_api

PRELOADED = matplotlib.pyplot, mmseg.apis, torch._dynamo


def wait_for_program(listener: socket.socket) -> list[str]:
    """Serve callers until standard input ends; return the arguments in a program's process."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        if sys.stdin in select.select([listener, sys.stdin], [], [])[0]:
            sys.exit()
        caller, _ = listener.accept()
        if not os.fork():
            break
        caller.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    request, streams, _, _ = socket.recv_fds(caller, 1, 3)
    request += caller.makefile('rb').readline()
    if program := os.fork():
        os._exit(report(program, caller))
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    arguments, folder, variables = json.loads(request)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    return arguments


def report(program: int, caller: socket.socket) -> int:
    """Tell the caller how the program ends, or end the program if the caller has ended."""
    while not (ended := os.waitpid(program, os.WNOHANG))[0]:
        if select.select([caller], [], [], 0.01)[0]:
            os.kill(program, signal.SIGKILL)
            return 1
    caller.sendall(bytes([os.waitstatus_to_exitcode(ended[1]) & 255]))
    return 0


# Laying out a config takes as long as a tiny training.
yapf_api.FormatCode = lambda text, **style: (text, True)
gc.freeze()
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(sys.argv[1])
    listener.listen()
    print('listening', flush=True)
    sys.argv = wait_for_program(listener)
sys.executable = os.environ['PYTHON_EXEC']
sys.path[:1] = [os.path.dirname(sys.argv[0]), *os.environ.get('PYTHONPATH', '').split(os.pathsep)]
sys.modules.pop('sitecustomize', None)
site.execsitecustomize()
runpy.run_path(sys.argv[0], run_name='__main__')
