"""Runs a GGUF of architecture `llama`, dense or with experts, in PyTorch."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from gguf import GGUFReader, dequantize


@dataclass(frozen=True)
class Shape:
    """Hyperparameters that the target, the draft and the head share."""

    n_embd: int
    n_layer: int
    n_head: int
    n_head_kv: int
    n_ff: int
    n_vocab: int
    n_ctx: int
    n_rot: int
    rope_base: float
    norm_eps: float
    n_expert_used: int

    @property
    def head_dim(self):
        return self.n_embd // self.n_head


def rms_norm(x, weight, eps):
    return F.rms_norm(x.float(), (x.shape[-1],), weight, eps)


def rope_angles(shape, positions):
    """Returns cos and sin of the angle of each pair, as [position, pair]."""
    pairs = torch.arange(0, shape.n_rot, 2, dtype=torch.float32)
    angles = positions.float()[:, None] * shape.rope_base ** (-pairs / shape.n_rot)
    return angles.cos(), angles.sin()


def rope(x, angles):
    """Rotates neighbouring pairs, as ggml does for `llama`. `x` is [batch, row, head, dimension]."""
    cos, sin = (part[:, None, :] for part in angles)
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2)


class KvCache:
    """Keys and values of every layer, [batch, head, position, dimension]."""

    def __init__(self, shape, n_batch, n_ctx):
        size = (shape.n_layer, n_batch, shape.n_head_kv, n_ctx, shape.head_dim)
        self.keys = torch.zeros(size)
        self.values = torch.zeros(size)


class LlamaModel:
    def __init__(self, path):
        reader = GGUFReader(path)
        read = lambda key: reader.get_field(f"llama.{key}").contents()
        self.tensors = {
            tensor.name: torch.from_numpy(dequantize(tensor.data, tensor.tensor_type).astype(np.float32))
            for tensor in reader.tensors
        }
        n_expert = reader.get_field("llama.expert_used_count")
        self.shape = Shape(
            n_embd=read("embedding_length"),
            n_layer=read("block_count"),
            n_head=read("attention.head_count"),
            n_head_kv=read("attention.head_count_kv"),
            n_ff=read("feed_forward_length"),
            n_vocab=read("vocab_size"),
            n_ctx=read("context_length"),
            n_rot=read("rope.dimension_count"),
            rope_base=read("rope.freq_base"),
            norm_eps=read("attention.layer_norm_rms_epsilon"),
            n_expert_used=n_expert.contents() if n_expert else 0,
        )
        self.embedding = self.tensors["token_embd.weight"]
        self.output = self.tensors.get("output.weight", self.embedding)

    def hidden(self, tokens, cache=None, start=0):
        """
        Returns the hidden states after `output_norm`, [batch, row, n_embd], of `tokens` at positions from `start`.
        Without a cache the rows see only each other.
        """
        shape = self.shape
        n_batch, n_rows = tokens.shape
        if cache is None:
            cache = KvCache(shape, n_batch, n_rows)
        end = start + n_rows
        angles = rope_angles(shape, torch.arange(start, end))
        seen = torch.arange(end)[None, :] <= torch.arange(start, end)[:, None]
        x = self.embedding[tokens]
        for layer in range(shape.n_layer):
            w = lambda name: self.tensors[f"blk.{layer}.{name}.weight"]
            y = rms_norm(x, w("attn_norm"), shape.norm_eps)
            q = rope((y @ w("attn_q").T).unflatten(-1, (shape.n_head, -1)), angles)
            k = rope((y @ w("attn_k").T).unflatten(-1, (shape.n_head_kv, -1)), angles)
            v = (y @ w("attn_v").T).unflatten(-1, (shape.n_head_kv, -1))
            cache.keys[layer, :, :, start:end] = k.transpose(1, 2)
            cache.values[layer, :, :, start:end] = v.transpose(1, 2)
            attended = F.scaled_dot_product_attention(
                q.transpose(1, 2),
                cache.keys[layer, :, :, :end],
                cache.values[layer, :, :, :end],
                attn_mask=seen,
                enable_gqa=True,
            )
            x = x + attended.transpose(1, 2).flatten(-2) @ w("attn_output").T
            y = rms_norm(x, w("ffn_norm"), shape.norm_eps)
            x = x + (self._experts(layer, y) if shape.n_expert_used else self._ffn(layer, y))
        return rms_norm(x, self.tensors["output_norm.weight"], shape.norm_eps)

    def logits(self, hidden):
        return hidden @ self.output.T

    def _ffn(self, layer, y):
        gate, up, down = (self.tensors[f"blk.{layer}.ffn_{name}.weight"].T for name in ("gate", "up", "down"))
        return (F.silu(y @ gate) * (y @ up)) @ down

    def _experts(self, layer, y):
        """Computes every expert, which is simpler than sorting rows by expert and fast enough for 4 of them."""
        gate, up, down = (self.tensors[f"blk.{layer}.ffn_{name}_exps.weight"].transpose(1, 2) for name in ("gate", "up", "down"))
        shares = (y @ self.tensors[f"blk.{layer}.ffn_gate_inp.weight"].T).softmax(-1)
        best = shares.topk(self.shape.n_expert_used, dim=-1)
        weights = torch.zeros_like(shares).scatter(-1, best.indices, best.values / best.values.sum(-1, keepdim=True))
        rows = y.flatten(0, 1)
        outputs = torch.bmm(F.silu(rows @ gate) * (rows @ up), down)
        return torch.einsum("ne,end->nd", weights.flatten(0, 1), outputs).view_as(y)
