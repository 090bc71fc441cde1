"""Tells a message in another language than English by its script or by its small words. No guess at which one."""

import re
import unicodedata
from typing import Final

_ENGLISH_WORDS: Final = """
the and to of is it my you your not that was for have has i a an in on with this be are at from what where when but they
we can did do does how why would will no me
"""
_FOREIGN_WORDS: Final = """
ich und nicht ist das mein meine meinen bitte danke habe warum wann sie der ein eine kein keine mit für guten noch wie
auf ihnen wurde schon kaputt paket bestellung sprechen
je ne pas est mon ma mes le les une bonjour commande colis merci pourquoi où vous et pour avec suis jamais reçu
mi el los una pedido paquete hola gracias qué dónde está y con pero para quiero llegó ha nunca
il non è mio mia ordine pacco ciao grazie perché dove che sono ancora arrivato buongiorno
meu minha encomenda olá obrigado não onde uma com chegou
ik het een niet mijn bestelling pakket hoe waar en van maar heb hallo dank
jag och inte är min mitt paketet beställning var har tack hej det
nie jest moja moje paczka zamówienie dzień dobry dlaczego gdzie się proszę
"""
"""Small words of big languages that are not English words."""

_ENGLISH: Final = frozenset(_ENGLISH_WORDS.split())
_FOREIGN: Final = frozenset(_FOREIGN_WORDS.split())

SURE: Final = 2
"""Small words from which it is no accident."""

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def is_foreign(text: str) -> bool:
    """True when the message is in another language; a name or a word or two borrowed from one is not."""
    letters = [sign for sign in text if sign.isalpha()]
    if sum(not _is_latin(sign) for sign in letters) * 2 > len(letters):
        return True
    words = [part for word in _WORD.findall(text.lower()) for part in re.split("['’]", word)]
    foreign, english = sum(word in _FOREIGN for word in words), sum(word in _ENGLISH for word in words)
    return foreign >= SURE and foreign > english


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("LATIN", "FEMININE", "MASCULINE"))
