"""Embeddings from a model folder on this machine, in the layout of sentence-transformers with an ONNX export.

Needed are `tokenizer.json` and `onnx/model.onnx` (or `model.onnx`); `modules.json`, `1_Pooling/config.json` and
`sentence_bert_config.json` are followed where they are there. Nothing is fetched, and no code of the folder is run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from matcher.semantic.embedding import SemanticError, Vectors, not_installed, unit

Pooling = Literal["cls", "mean"]

_MODELS = ("onnx/model.onnx", "model.onnx", "onnx/model_quantized.onnx")
#: tokens of a text, where the folder does not say fewer; the texts are short
_TOKENS = 512
#: what onnxruntime may write to stderr: errors, not remarks on graphs and graphics cards
_ERRORS = 3
_STEPS = frozenset({"Transformer", "Pooling", "Normalize"})


@dataclass(frozen=True)
class LocalModel:
    """A model folder that was found complete. `threads` of arithmetic, 0 for as many as there are processors."""

    folder: Path
    model: Path
    pooling: Pooling
    tokens: int
    threads: int = 0

    @property
    def identity(self) -> str:
        """The folder, and size and time of its files, so that another model put there is another model."""
        told = hashlib.sha256(f"{self.folder} {self.pooling} {self.tokens}".encode())
        for path in (self.model, self.folder / "tokenizer.json"):
            stat = path.stat()
            told.update(f" {path.name} {stat.st_size} {stat.st_mtime_ns}".encode())
        return told.hexdigest()

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        import onnxruntime
        from tokenizers import Tokenizer

        onnxruntime.disable_telemetry_events()
        onnxruntime.set_default_logger_severity(_ERRORS)
        try:
            tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
            known = (tokenizer.padding or {}).get("pad_id")
            found = (tokenizer.token_to_id(token) for token in ("[PAD]", "<pad>"))
            pad = known if known is not None else next((n for n in found if n is not None), 0)
            tokenizer.enable_padding(pad_id=pad)
            tokenizer.enable_truncation(self.tokens)
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = self.threads
            options.log_severity_level = _ERRORS
            session = onnxruntime.InferenceSession(
                str(self.model), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # both libraries raise kinds of their own, down to bare Exception
            raise self._unusable(error) from None
        return tokenizer, session

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of `texts`. Raises SemanticError where the model cannot be loaded or run."""
        tokenizer, session = self._loaded
        try:
            found = self._run(tokenizer, session, texts)
        except Exception as error:  # as above
            raise self._unusable(error) from None
        return unit(found, len(texts), str(self.folder))

    def _run(self, tokenizer: Any, session: Any, texts: Sequence[str]) -> Any:
        encoded = tokenizer.encode_batch(list(texts))
        mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
        given = {
            "input_ids": np.array([e.ids for e in encoded], dtype=np.int64),
            "attention_mask": mask,
            "token_type_ids": np.array([e.type_ids for e in encoded], dtype=np.int64),
        }
        outputs = [output.name for output in session.get_outputs()]
        wanted = next((n for n in ("sentence_embedding", "last_hidden_state") if n in outputs), outputs[0])
        (found,) = session.run([wanted], {i.name: given[i.name] for i in session.get_inputs()})
        if found.ndim == 3 and self.pooling == "cls":
            return found[:, 0]
        if found.ndim == 3:
            weight = mask[:, :, None]
            return (found * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1)
        return found

    def _unusable(self, error: Exception) -> SemanticError:
        told = " ".join(str(error).split())[:160]
        return SemanticError(
            f"模型用不起来（{type(error).__name__}：{told}）；请换用另一个 ONNX 句向量模型，或不带 --semantic 再运行",
            f"the model cannot be used ({type(error).__name__}: {told}); take another ONNX sentence-embedding model, or run without --semantic",
            str(self.folder),
        )


def local_model(folder: Path, threads: int = 0) -> LocalModel:
    """The model in `folder`. Raises SemanticError where something is missing or not supported, or the extra is."""
    from importlib.util import find_spec

    folder = folder.expanduser().resolve()
    if not folder.is_dir():
        raise SemanticError(
            "没有这个模型文件夹；语义服务的地址须以 http:// 或 https:// 开头",
            "there is no such model folder; the address of a service begins with http:// or https://",
            str(folder),
        )
    if not (find_spec("onnxruntime") and find_spec("tokenizers")):
        raise not_installed()
    model = next((folder / name for name in _MODELS if (folder / name).is_file()), None)
    missing = [] if (folder / "tokenizer.json").is_file() else ["tokenizer.json"]
    missing += [] if model else ["onnx/model.onnx"]
    if model is None or missing:
        raise SemanticError(
            f"模型文件夹缺少 {'、'.join(missing)}；需要 sentence-transformers 布局并已导出 ONNX 的模型",
            f"the model folder lacks {', '.join(missing)}; it must be laid out as sentence-transformers does, with an ONNX export",
            str(folder),
        )
    steps = [
        str(step.get("type") if isinstance(step, dict) else step).rsplit(".", 1)[-1]
        for step in _json(folder / "modules.json", [])
    ]
    pooling = _json(folder / "1_Pooling" / "config.json", {})
    modes = {name for name, on in pooling.items() if name.startswith("pooling_mode_") and on is True}
    strange = sorted({*steps} - _STEPS) + sorted(
        modes - {"pooling_mode_cls_token", "pooling_mode_mean_tokens"}
    )
    if strange or len(modes) > 1:
        raise SemanticError(
            f"不支持模型中的 {'、'.join(strange or sorted(modes))}；可用取均值（mean）或首字（cls）的模型",
            f"{', '.join(strange or sorted(modes))} of the model is not supported; models with mean or cls pooling are",
            str(folder),
        )
    tokens = _json(folder / "sentence_bert_config.json", {}).get("max_seq_length")
    return LocalModel(
        folder,
        model,
        "cls" if "pooling_mode_cls_token" in modes else "mean",
        min(tokens, _TOKENS) if isinstance(tokens, int) and tokens > 2 else _TOKENS,
        threads,
    )


def _json(path: Path, otherwise: Any) -> Any:
    """The content of a JSON file of the same kind as `otherwise`, which stands for a file that is not there."""
    if not path.is_file():
        return otherwise
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        found = None
    if isinstance(found, type(otherwise)):
        return found
    raise SemanticError("不是应有的 JSON 文件", "is not the JSON file that it should be", str(path))
