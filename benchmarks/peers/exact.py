"""What every system here does in float64 alone; it is imported in the environments of the peers, too."""
import types

import torch


def _norm(self, x): return self.weight*x*torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon)


def exact_norms(model):
    "transformers takes root mean square norms in float32 whatever the format of the model: take them in its format"
    for m in model.modules():
        if type(m).__name__.endswith("RMSNorm"): m.forward = types.MethodType(_norm, m)
