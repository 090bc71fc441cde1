"""What every answer has: headers, an honest failure, static files that may be kept."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from disputes import database
from disputes.edge.limits import LARGEST_BODY
from disputes.settings import settings
from tests.serving import Visitor

PAGES = ["/", "/policy", "/complaint", "/status", "/desk/sign-in", "/nothing", "/api/nothing", "/static/base.css"]


@pytest.mark.parametrize("path", PAGES)
def test_browsers_are_told_what_a_page_may_do(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", [path for path in PAGES if not path.startswith(("/api", "/static"))])
def test_nothing_in_a_page_needs_more_than_that(visitor: Visitor, path: str) -> None:
    page = visitor.get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\sstyle=", page)
    assert not re.search(r"\son[a-z]+=", page)
    assert "<style" not in page


@pytest.mark.parametrize("path", ["/", "/status", "/desk/sign-in"])
def test_pages_are_not_stored(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).headers["cache-control"] == "no-store"


def test_a_missing_page_is_a_page(visitor: Visitor) -> None:
    answer = visitor.get("/nothing/<b>here")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert "<b>here" not in answer.text


def test_a_missing_part_of_the_api_is_json(visitor: Visitor) -> None:
    answer = visitor.get("/api/nothing")
    assert answer.status_code == 404
    assert set(answer.json()["error"]) == {"code", "message"}


def test_the_widget_may_be_loaded_by_any_shop(visitor: Visitor) -> None:
    answer = visitor.get("/widget.js")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["content-type"].startswith("text/javascript")


def test_the_widget_has_the_words_of_the_language(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = visitor.get("/widget.js").text
    assert "var disputesWords" not in english
    (tmp_path / "widget/src").mkdir(parents=True)
    (tmp_path / "widget/src/words.json").write_text('{"send": "Senden", "typing": "{name} tippt"}')
    monkeypatch.setenv("LANGUAGE_DIR", str(tmp_path))
    settings.cache_clear()
    words, _, script = visitor.get("/widget.js").text.partition("\n")
    assert script == english
    said = json.loads(words.removeprefix("var disputesWords = ").removesuffix(";"))
    assert (said["send"], said["typing"], said["retry"]) == ("Senden", "{name} tippt", "Retry")


def test_the_shop_embeds_it_by_one_tag(visitor: Visitor) -> None:
    assert visitor.open("/").count('<script src="/widget.js" async></script>') == 1


def test_static_files_with_a_version_are_kept(visitor: Visitor) -> None:
    path = re.search(r'href="(/static/base\.css\?v=\w+)"', visitor.open("/"))
    assert path
    assert "immutable" in visitor.get(path[1]).headers["cache-control"]
    assert visitor.get("/static/base.css").headers["cache-control"] == "no-cache"


def test_more_than_any_form_holds_is_refused(visitor: Visitor) -> None:
    assert visitor.submit("/complaint", description="x" * (LARGEST_BODY + 1)).status_code == 413


def test_a_database_that_is_away_is_said_so(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("SELECT secret", {}, Exception("no server"))

    monkeypatch.setattr(database, "transaction", away)
    answer = visitor.submit("/status", lookup="10023", email="mia@example.com")
    assert answer.status_code == 503
    assert "secret" not in answer.text
    assert "went wrong on our side" in answer.text


def test_a_fault_of_ours_tells_nothing_of_itself(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(database, "transaction", broken)
    answer = visitor.submit("/status", lookup="10023", email="mia@example.com")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_health_and_readiness(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert visitor.get("/health").json() == {"status": "ok"}
    answer = visitor.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["database"] == "ok"
    assert set(answer.json()) == {"ready", "database", "rasa", "worker"}
