"""Checks that the PyTorch model chooses the tokens that llama.cpp chooses: `check_target.py MODEL.gguf GOLDEN.json`."""

import json
import sys

import torch

from llama_model import LlamaModel
from tokenizer import Tokenizer


def main(model_path, golden_path):
    torch.set_num_threads(1)
    model, tokenizer = LlamaModel(model_path), Tokenizer(model_path)
    golden = json.load(open(golden_path))
    for case in golden["tokenize"]:
        if tokenizer.encode(case["content"]) != case["tokens"]:
            print("tokens differ:", repr(case["content"]))
    largest = 0.0
    for case in golden["greedy"]:
        prompt = tokenizer.encode(case["prompt"])
        tokens = torch.tensor([prompt + case["tokens"]])
        logprobs = model.logits(model.hidden(tokens))[0, len(prompt) - 1 : -1].log_softmax(-1)
        for row, (token, top) in enumerate(zip(case["tokens"], case["top"])):
            if logprobs[row].argmax() != token:
                print("token differs:", repr(case["prompt"]), row)
            largest = max([largest, *(abs(logprobs[row, id].item() - value) for id, value in top)])
    print(f"largest difference of a log-probability: {largest:.1e}")


with torch.inference_mode():
    main(*sys.argv[1:])
