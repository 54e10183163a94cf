"""
The head: one decoder layer that predicts a token from the one before it and the target's hidden state of the one before that.

The row of position p joins the token t_p with h_{p-1}, the target's hidden state after `output_norm`, and predicts t_{p+1}. In a
draft of several tokens, the later rows take the head's own output in the place of h. Attention sees rows with the target's hidden
states up to the position where the draft begins, then the draft's own rows. The hidden state before position 0 is zero.
"""

import numpy as np
import torch
import torch.nn.functional as F
from gguf import GGUFReader, dequantize
from torch import nn

from llama_model import rms_norm, rope, rope_angles


class Head(nn.Module):
    """Weights by their name in the file. `target` gives the shape, the embedding and the output matrix; both stay as they are."""

    def __init__(self, target, n_ff):
        super().__init__()
        self.shape = shape = target.shape
        self.register_buffer("embedding", target.embedding.clone(), persistent=False)
        self.register_buffer("output", target.output.clone(), persistent=False)
        n_kv = shape.n_head_kv * shape.head_dim
        matrices = {
            "attn_q": (shape.n_embd, shape.n_embd),
            "attn_k": (n_kv, shape.n_embd),
            "attn_v": (n_kv, shape.n_embd),
            "attn_output": (shape.n_embd, shape.n_embd),
            "ffn_gate": (n_ff, shape.n_embd),
            "ffn_up": (n_ff, shape.n_embd),
            "ffn_down": (shape.n_embd, n_ff),
            "nextn.eh_proj": (shape.n_embd, 2 * shape.n_embd),
        }
        norms = ("attn_norm", "ffn_norm", "nextn.enorm", "nextn.hnorm", "nextn.shared_head_norm")
        weights = {name: torch.randn(size) * size[1] ** -0.5 for name, size in matrices.items()}
        for name in ("attn_output", "ffn_down"):
            weights[name] *= 0.5
        weights |= {name: torch.ones(shape.n_embd) for name in norms}
        # The output matrix expects hidden states of this scale.
        weights["nextn.shared_head_norm"] = target.tensors["output_norm.weight"].clone()
        self.weights = nn.ParameterDict({name.replace(".", "/"): nn.Parameter(value) for name, value in weights.items()})

    def tensors(self):
        """Returns the weights by the names that they have in the file."""
        return {name.replace("/", "."): value.detach() for name, value in self.weights.items()}

    def _w(self, name):
        return self.weights[name.replace(".", "/")]

    def logits(self, hidden):
        return hidden @ self.output.T

    def project(self, tokens, hidden, positions):
        """Returns the layer's input x and its q, k and v; `tokens` and `positions` are [batch, row] and [row]."""
        shape = self.shape
        norm = lambda x, name: rms_norm(x, self._w(name), shape.norm_eps)
        joined = torch.cat((norm(self.embedding[tokens], "nextn.enorm"), norm(hidden, "nextn.hnorm")), dim=-1)
        x = joined @ self._w("nextn.eh_proj").T
        y = norm(x, "attn_norm")
        angles = rope_angles(shape, positions)
        heads = lambda name, count: (y @ self._w(name).T).unflatten(-1, (count, -1))
        q = rope(heads("attn_q", shape.n_head), angles).transpose(1, 2)
        k = rope(heads("attn_k", shape.n_head_kv), angles).transpose(1, 2)
        v = heads("attn_v", shape.n_head_kv).transpose(1, 2)
        groups = shape.n_head // shape.n_head_kv
        return x, q, k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)

    def finish(self, x, attended):
        """Returns the head's output after its last norm; `attended` is [batch, head, row, dimension]."""
        x = x + attended.transpose(1, 2).flatten(-2) @ self._w("attn_output").T
        y = rms_norm(x, self._w("ffn_norm"), self.shape.norm_eps)
        x = x + (F.silu(y @ self._w("ffn_gate").T) * (y @ self._w("ffn_up").T)) @ self._w("ffn_down").T
        return rms_norm(x, self._w("nextn.shared_head_norm"), self.shape.norm_eps)

    def unrolled(self, tokens, hidden, n_steps):
        """
        Runs `n_steps` draft steps from every position at once, as if every draft were accepted.

        `hidden` is the target's, of the positions of `tokens` [batch, position]. Returns for each step s the outputs
        [batch, position - s - 1, n_embd]: output i predicts `tokens[:, i + s + 2]`, having seen the target's hidden states up to
        position i.
        """
        n_positions = tokens.shape[1]
        rows = torch.arange(n_positions)
        scale = self.shape.head_dim**-0.5
        before = F.pad(hidden[:, :-1], (0, 0, 1, 0))
        x, q, true_k, true_v = self.project(tokens, before, rows)
        x, q = x[:, 1:], q[:, :, 1:]
        outputs, own = [], []
        for step in range(n_steps):
            # First position with a row in this step: the draft that begins at position 1 has come to it.
            start = step + 1
            if step > 0:
                x, q, own_k, own_v = self.project(tokens[:, start:], outputs[-1][:, :-1], rows[start:])
                own.append((own_k, own_v))
            n_rows = n_positions - start
            seen = rows <= rows[start:, None] - step
            scores = [(q @ true_k.transpose(-1, -2) * scale).masked_fill(~seen, float("-inf"))]
            # Row i of each step belongs to the draft that begins at position i + 1, and sees row i of the steps before.
            scores += [(q * own_k[:, :, :n_rows]).sum(-1, keepdim=True) * scale for own_k, _ in own]
            shares = torch.cat(scores, dim=-1).softmax(-1)
            attended = shares[..., :n_positions] @ true_v
            for at, (_, own_v) in enumerate(own, n_positions):
                attended = attended + shares[..., at, None] * own_v[:, :, :n_rows]
            outputs.append(self.finish(x, attended))
        return outputs


def read_head(path, target):
    """Reads a head as `write_head` writes it, with the values of its quantized matrices."""
    prefix, suffix = f"blk.{target.shape.n_layer}.", ".weight"
    values = {
        tensor.name.removeprefix(prefix).removesuffix(suffix): torch.from_numpy(
            dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        )
        for tensor in GGUFReader(path).tensors
    }
    head = Head(target, n_ff=len(values["ffn_gate"]))
    for name, parameter in head.weights.items():
        parameter.data.copy_(values[name.replace("/", ".")])
    return head
