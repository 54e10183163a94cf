"""Checks that the head unrolled from all positions at once is the head run as the engine runs it: `check_head.py TARGET.gguf`."""

import sys

import torch

from head import Head
from llama_model import LlamaModel


def drafted_in_turn(head, tokens, hidden, position, n_steps):
    """Returns the outputs of one draft that begins at `position`, row by row, over the rows of the target's hidden states."""
    rows = torch.arange(position + 1)
    before = torch.cat((torch.zeros(1, head.shape.n_embd), hidden[:position]))
    x, q, k, v = head.project(tokens[None, rows], before[None], rows)
    x, q = x[:, -1:], q[:, :, -1:]
    outputs = []
    for step in range(n_steps):
        if step > 0:
            row = position + step
            x, q, own_k, own_v = head.project(tokens[None, row : row + 1], outputs[-1][None], torch.tensor([row]))
            k, v = torch.cat((k, own_k), dim=2), torch.cat((v, own_v), dim=2)
        shares = (q @ k.transpose(-1, -2) * head.shape.head_dim**-0.5).softmax(-1)
        outputs.append(head.finish(x, shares @ v)[0])
    return torch.cat(outputs)


def main(target_path, n_steps=4, n_positions=24):
    torch.manual_seed(1)
    target = LlamaModel(target_path)
    head = Head(target, target.shape.n_ff)
    tokens = torch.randint(3, target.shape.n_vocab, (n_positions,))
    hidden = target.hidden(tokens[None])[0]
    unrolled = head.unrolled(tokens[None], hidden[None], n_steps)
    largest = 0.0
    for position in range(1, n_positions - n_steps):
        expected = drafted_in_turn(head, tokens, hidden, position, n_steps)
        actual = torch.stack([output[0, position - 1] for output in unrolled])
        largest = max(largest, (actual - expected).abs().max().item())
    print(f"largest difference of an output: {largest:.1e}")


if __name__ == "__main__":
    with torch.inference_mode():
        main(*sys.argv[1:])
