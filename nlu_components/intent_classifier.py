"""Intent classifier: words, characters inside words and the meaning of the sentence, and one logistic regression."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Text

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from scipy.sparse import csr_matrix, hstack

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu_components.plain_words import plain
from nlu_components.sentence_vectors import SentenceVectors

_RANKING_LENGTH = 10  # as Rasa's own classifiers


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class WordsAndMeaningClassifier(IntentClassifier, GraphComponent):
    """Reads the text itself: no tokenizer and no featurizer has to stand before it in the pipeline.

    `C`: how freely the regression may fit. `character_weight`, `meaning_weight`: how much the characters and the
    sentence's meaning count against the words; without a `meaning_weight` the language model is not even loaded.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """The settings used when config.yml names none."""
        return {"C": 30.0, "character_weight": 1.0, "meaning_weight": 2.0, "characters": [2, 5], "words": [1, 2]}

    @staticmethod
    def required_packages() -> List[Text]:
        """Python packages this component needs."""
        return ["sklearn", "onnxruntime", "onnx", "tokenizers", "safetensors"]

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self.config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._words = self._vectorizer("word", self.config["words"])
        self._characters = self._vectorizer("char_wb", self.config["characters"])
        self._meaning = SentenceVectors() if self.config["meaning_weight"] else None
        self._classes: List[Text] = []
        self._weights: Optional[np.ndarray] = None
        self._bias: Optional[np.ndarray] = None

    @staticmethod
    def _vectorizer(analyzer: Text, lengths: List[int]) -> TfidfVectorizer:
        # One-letter words count ("i", "u", "y"), which the default token pattern drops.
        return TfidfVectorizer(
            analyzer=analyzer,
            ngram_range=tuple(lengths),
            sublinear_tf=True,
            lowercase=False,
            token_pattern=r"(?u)\b\w[\w']*\b" if analyzer == "word" else None,
            dtype=np.float32,
        )

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> WordsAndMeaningClassifier:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from every example that has words; button-only intents ("/...") teach nothing."""
        examples = [
            (example.get(TEXT), example.get(INTENT))
            for example in training_data.intent_examples
            if example.get(TEXT) and not example.get(TEXT).startswith("/")
        ]
        if not examples:
            return self._resource
        texts, intents = zip(*examples)
        plain_texts = [plain(text) for text in texts]
        self._words.fit(plain_texts)
        self._characters.fit(plain_texts)
        regression = LogisticRegression(C=self.config["C"], class_weight="balanced", max_iter=1000, random_state=42)
        regression.fit(self._features(list(texts)), intents)
        self._classes = [str(name) for name in regression.classes_]
        self._weights = _by_feature(regression.coef_.astype(np.float32))
        self._bias = regression.intercept_.astype(np.float32)
        self._persist()
        return self._resource

    def _features(self, texts: List[Text]) -> csr_matrix:
        plain_texts = [plain(text) for text in texts]
        words = self._words.transform(plain_texts)
        characters = self._characters.transform(plain_texts) * np.float32(self.config["character_weight"])
        parts = [words, characters]
        if self._meaning is not None:
            vectors = np.stack([self._meaning(text) for text in texts])
            parts.append(csr_matrix(vectors * np.float32(self.config["meaning_weight"])))
        return hstack(parts, format="csr")

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets intent and ranking; does nothing before training."""
        if self._weights is None or not messages:
            return messages
        features = self._features([message.get(TEXT) or "" for message in messages])
        scores = features @ self._weights + self._bias
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances = scores / scores.sum(axis=1, keepdims=True)
        for message, row in zip(messages, chances):
            ranking = [
                {"name": self._classes[index], "confidence": float(row[index])}
                for index in np.argsort(-row)[:_RANKING_LENGTH]
            ]
            message.set(INTENT, dict(ranking[0]), add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing later in the pipeline learns from our predictions."""
        return training_data

    def _persist(self) -> None:
        """Plain numbers and JSON: loading a model never runs code from it."""
        with self._model_storage.write_to(self._resource) as directory:
            vocabularies = {
                "words": {term: int(index) for term, index in self._words.vocabulary_.items()},
                "characters": {term: int(index) for term, index in self._characters.vocabulary_.items()},
                "classes": self._classes,
            }
            (directory / "vocabularies.json").write_text(json.dumps(vocabularies), encoding="utf-8")
            np.savez(
                str(directory / "numbers.npz"),
                words_idf=self._words.idf_,
                characters_idf=self._characters.idf_,
                weights=self._weights.T,
                bias=self._bias,
            )

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> WordsAndMeaningClassifier:
        """The trained component, or an untrained one when the model holds none."""
        component = cls(config, model_storage, resource)
        try:
            with model_storage.read_from(resource) as directory:
                vocabularies = json.loads((directory / "vocabularies.json").read_text(encoding="utf-8"))
                numbers = np.load(str(directory / "numbers.npz"), allow_pickle=False)
                component._restore(vocabularies, {name: numbers[name] for name in numbers.files})
        except ValueError:  # the model storage says so when nothing was stored for this component
            return component
        return component

    def _restore(self, vocabularies: Dict[Text, Any], numbers: Dict[Text, np.ndarray]) -> None:
        self._words.vocabulary_ = vocabularies["words"]
        self._words.idf_ = numbers["words_idf"]
        self._characters.vocabulary_ = vocabularies["characters"]
        self._characters.idf_ = numbers["characters_idf"]
        self._classes = vocabularies["classes"]
        self._weights = _by_feature(numbers["weights"])
        self._bias = numbers["bias"]

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Nothing can be wrong that training would not say."""


def _by_feature(weights: np.ndarray) -> np.ndarray:
    """A row for each feature, in one piece: scipy would otherwise copy all of it for each message."""
    return np.ascontiguousarray(weights.T)
