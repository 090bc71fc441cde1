"""Whether staff can sign in, as `disputes doctor` says it."""

import pytest

from disputes import database
from disputes.local.doctor_people import look_at_accounts, look_at_provider
from disputes.people import service as people
from disputes.people import two_step
from disputes.settings import Settings, settings
from tests.people.oidc_server import running_provider


class TestAccounts:
    def test_without_an_administrator_it_names_the_command(self, database_url: str) -> None:
        (found,) = look_at_accounts(database_url)
        assert found.remedy == "disputes staff add ADDRESS --role admin"

    def test_counts_them_and_second_steps_of_another_key(
        self, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with database.transaction() as session:
            root = people.add_staff(session, "root@casened.com", "Root", "admin")
            two_step.begin(session, root, "Shop")
        assert [(one.what, one.remedy) for one in look_at_accounts(database_url)] == [("There is 1 administrator.", "")]
        monkeypatch.setenv("SECRET_KEY", "another long and random text")
        settings.cache_clear()
        assert "reset-two-step" in list(look_at_accounts(database_url))[1].remedy

    def test_says_nothing_when_the_database_is_away(self) -> None:
        assert list(look_at_accounts("postgresql+psycopg://nobody@127.0.0.1:9/none")) == []


class TestProvider:
    def test_none_is_in_order(self) -> None:
        assert look_at_provider(settings()) is None

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"oidc_client_secret": ""}, "OIDC_CLIENT_SECRET missing"),
            ({"oidc_issuer": "http://login.example.com"}, "not https"),
            ({"oidc_issuer": "http://127.0.0.1:9"}, "does not answer"),
            ({"oidc_role_claim": "groups"}, "belong together"),
        ],
    )
    def test_what_is_wrong_is_named(self, changes: dict[str, str], says: str) -> None:
        found = look_at_provider(with_provider("https://login.example.com", **changes))
        assert found is not None
        assert says in found.what
        assert found.remedy

    def test_one_that_answers_is_in_order(self) -> None:
        with running_provider() as running:
            found = look_at_provider(with_provider(running.url))
        assert found is not None
        assert found.remedy == ""


def with_provider(issuer: str, **changes: str) -> Settings:
    given = {"oidc_issuer": issuer, "oidc_client_id": "disputes", "oidc_client_secret": "secret"}
    return settings().model_copy(update=given | changes)
