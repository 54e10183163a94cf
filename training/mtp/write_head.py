"""Writes the head as a GGUF that holds only what the target lacks."""

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, quantize


def write_head(path, head):
    """Matrices become Q8_0, norms stay F32. Layers count the target's and the head, which comes last."""
    shape = head.shape
    weights = head.tensors()
    writer = GGUFWriter(path, "llama")
    writer.add_name("Foretoken Stories MTP")
    writer.add_description("Drafts the next tokens of Foretoken Stories MoE from its hidden states, for speculative decoding.")
    writer.add_license("mit")
    writer.add_context_length(shape.n_ctx)
    writer.add_embedding_length(shape.n_embd)
    writer.add_block_count(shape.n_layer + 1)
    writer.add_feed_forward_length(len(weights["ffn_gate"]))
    writer.add_head_count(shape.n_head)
    writer.add_head_count_kv(shape.n_head_kv)
    writer.add_rope_dimension_count(shape.n_rot)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.norm_eps)
    writer.add_vocab_size(shape.n_vocab)
    writer.add_nextn_predict_layers(1)
    writer.add_quantization_version(2)
    writer.add_file_type(7)
    for name, weight in weights.items():
        values = weight.numpy().astype(np.float32)
        if values.ndim == 2:
            kind = GGMLQuantizationType.Q8_0
            writer.add_tensor(f"blk.{shape.n_layer}.{name}.weight", quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(f"blk.{shape.n_layer}.{name}.weight", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
