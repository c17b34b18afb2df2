"""Study in two processes (accelerate, gloo on the processor) makes the same updates as in one."""
import json
import os
import socket
import subprocess
import sys

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")
safetensors = pytest.importorskip("safetensors.torch")

from tests.recall.test_recall import tiny  # noqa: E402

SCRIPT = """
import json, sys
import torch
from safetensors.torch import save_file
from tests.recall.test_recall import SEEN, UNSEEN, tiny
from promptmem.recall import study
model, tokenizer = tiny()
run = study(model, tokenizer, (SEEN+UNSEEN)[:7], 3, lr=1e-3, batch_size=4, checkpoint=sys.argv[2],
            clip=float(sys.argv[3]) or None)
from accelerate import PartialState
state = PartialState()
if state.is_main_process:
    note = dict(processes=str(state.num_processes), losses=json.dumps(run.losses.loss.tolist()))
    save_file({n: p.detach().contiguous() for n, p in model.named_parameters()}, sys.argv[1], metadata=note)
state.wait_for_everyone()       # nobody leaves while another still writes
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(tmp_path, processes, clip):
    "Weights and note of a run in so many processes"
    script, out = tmp_path/"run.py", tmp_path/f"{processes}.safetensors"
    script.write_text(SCRIPT)
    launch = [] if processes == 1 else ["-m", "torch.distributed.run", "--nproc_per_node", str(processes),
                                        "--master_port", str(free_port())]
    env = os.environ | dict(PYTHONPATH=os.pathsep.join([os.getcwd(), os.environ.get("PYTHONPATH", "")]),
                            OMP_NUM_THREADS="1", HF_HUB_OFFLINE="1", ACCELERATE_USE_CPU="true")
    # Torch's own threads may abort a process that has done its work (SIGABRT, one run in hundreds): that is not what is
    # tested here.
    for _ in range(3):
        done = subprocess.run([sys.executable, *launch, str(script), str(out),
                               str(tmp_path/f"state{processes}.safetensors"), str(clip)], env=env, capture_output=True,
                              text=True, timeout=240)
        if "terminate called without an active exception" not in done.stderr: break
        for p in tmp_path.glob(f"*{processes}.safetensors"): p.unlink()
        launch = [str(free_port()) if i and launch[i-1] == "--master_port" else a for i, a in enumerate(launch)]
    assert done.returncode == 0, done.stderr[-3000:]
    from safetensors import safe_open
    with safe_open(out, "pt") as f: return {k: f.get_tensor(k) for k in f.keys()}, f.metadata()


@pytest.mark.skipif(
    not (torch.distributed.is_available() and torch.distributed.is_gloo_available()), reason="this torch has no gloo"
)
@pytest.mark.parametrize("clip", [0, .5])
def test_two_processes_make_the_updates_of_one(tmp_path, clip):
    (one, a), (two, b) = run(tmp_path, 1, clip), run(tmp_path, 2, clip)
    assert (a["processes"], b["processes"]) == ("1", "2")
    start = dict(tiny()[0].named_parameters())
    size = lambda ts: float(torch.cat([t.detach().flatten() for t in ts]).norm())
    apart, moved = size(one[n]-two[n] for n in one), size(one[n]-start[n] for n in one)
    assert apart < 1e-4*moved      # float error: of single weights whose gradient is about zero, AdamW makes more
    first, both = json.loads(a["losses"]), json.loads(b["losses"])
    assert len(first) == len(both) == 6 and max(abs(x-y) for x, y in zip(first, both)) < 1e-4
