"""Mediation: attempts, consents and settlements; and apart from them, in a schema of its own, what is confidential."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE mediations (
            id UUID NOT NULL,
            case_id UUID NOT NULL,
            neutral_id UUID NOT NULL,
            neutral_name VARCHAR NOT NULL,
            neutral_organisation VARCHAR NOT NULL,
            cost VARCHAR NOT NULL,
            proposed_by VARCHAR NOT NULL,
            proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
            no_conflict_at TIMESTAMP WITH TIME ZONE,
            conflict_at TIMESTAMP WITH TIME ZONE,
            started_at TIMESTAMP WITH TIME ZONE,
            longer_customer_at TIMESTAMP WITH TIME ZONE,
            longer_shop_at TIMESTAMP WITH TIME ZONE,
            extended_at TIMESTAMP WITH TIME ZONE,
            ended_at TIMESTAMP WITH TIME ZONE,
            outcome VARCHAR,
            CONSTRAINT pk_mediations PRIMARY KEY (id),
            CONSTRAINT ck_mediations_proposed_by CHECK (proposed_by IN ('customer', 'shop')),
            CONSTRAINT ck_mediations_outcome CHECK (outcome IN ('declined', 'conflict', 'settled', 'stopped')),
            CONSTRAINT fk_mediations_case_id FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT fk_mediations_neutral_id FOREIGN KEY (neutral_id) REFERENCES staff (id)
        )
    """)
    op.execute("CREATE INDEX ix_mediations_case_id ON mediations (case_id)")
    op.execute("CREATE INDEX ix_mediations_neutral_id ON mediations (neutral_id)")
    op.execute("CREATE UNIQUE INDEX uq_mediations_running ON mediations (case_id) WHERE ended_at IS NULL")
    op.execute("""
        CREATE TABLE mediation_consents (
            id UUID NOT NULL,
            mediation_id UUID NOT NULL,
            party VARCHAR NOT NULL,
            agreed BOOLEAN NOT NULL,
            words VARCHAR NOT NULL,
            how_to_stop VARCHAR NOT NULL,
            staff_id UUID,
            answered_at TIMESTAMP WITH TIME ZONE NOT NULL,
            replaced_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT pk_mediation_consents PRIMARY KEY (id),
            CONSTRAINT ck_mediation_consents_party CHECK (party IN ('customer', 'shop')),
            CONSTRAINT ck_mediation_consents_staff_named CHECK ((party = 'shop') = (staff_id IS NOT NULL)),
            CONSTRAINT fk_mediation_consents_mediation_id FOREIGN KEY (mediation_id) REFERENCES mediations (id),
            CONSTRAINT fk_mediation_consents_staff_id FOREIGN KEY (staff_id) REFERENCES staff (id)
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX uq_mediation_consents_standing ON mediation_consents (mediation_id, party)
        WHERE replaced_at IS NULL
    """)
    op.execute("""
        CREATE TABLE mediation_settlements (
            id UUID NOT NULL,
            mediation_id UUID NOT NULL,
            text VARCHAR,
            remedies JSONB NOT NULL,
            proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
            accept_from TIMESTAMP WITH TIME ZONE NOT NULL,
            customer_accepted_at TIMESTAMP WITH TIME ZONE,
            shop_accepted_at TIMESTAMP WITH TIME ZONE,
            shop_staff_id UUID,
            replaced_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT pk_mediation_settlements PRIMARY KEY (id),
            CONSTRAINT ck_mediation_settlements_shop_named CHECK ((shop_accepted_at IS NULL) = (shop_staff_id IS NULL)),
            CONSTRAINT fk_mediation_settlements_mediation_id FOREIGN KEY (mediation_id) REFERENCES mediations (id),
            CONSTRAINT fk_mediation_settlements_shop_staff_id FOREIGN KEY (shop_staff_id) REFERENCES staff (id)
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX uq_mediation_settlements_standing ON mediation_settlements (mediation_id)
        WHERE replaced_at IS NULL
    """)
    op.execute("CREATE SCHEMA mediation_private")
    private_table("notes", "text VARCHAR NOT NULL,")
    private_table(
        "messages",
        """
        party VARCHAR NOT NULL, by_neutral BOOLEAN NOT NULL, text VARCHAR NOT NULL,
        CONSTRAINT ck_messages_party CHECK (party IN ('customer', 'shop')),
        """,
    )
    private_table(
        "papers",
        """
        party VARCHAR NOT NULL, text VARCHAR, evidence_id UUID,
        CONSTRAINT ck_papers_party CHECK (party IN ('customer', 'shop')),
        CONSTRAINT ck_papers_one_thing CHECK ((text IS NULL) <> (evidence_id IS NULL)),
        """,
    )
    op.execute("""
        CREATE FUNCTION destroy_confidential_papers() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM mediation_private.notes AS gone USING mediations AS m
                WHERE gone.mediation_id = m.id AND m.case_id = NEW.id;
            DELETE FROM mediation_private.messages AS gone USING mediations AS m
                WHERE gone.mediation_id = m.id AND m.case_id = NEW.id;
            DELETE FROM mediation_private.papers AS gone USING mediations AS m
                WHERE gone.mediation_id = m.id AND m.case_id = NEW.id;
            DELETE FROM mediation_settlements AS gone USING mediations AS m
                WHERE gone.mediation_id = m.id AND m.case_id = NEW.id
                AND (gone.replaced_at IS NOT NULL OR gone.customer_accepted_at IS NULL OR gone.shop_accepted_at IS NULL);
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER cases_mediation_over AFTER UPDATE OF state ON cases FOR EACH ROW
        WHEN (OLD.state IN ('in_mediation', 'withdrawn') AND NEW.state NOT IN ('in_mediation', 'withdrawn'))
        EXECUTE FUNCTION destroy_confidential_papers()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER cases_mediation_over ON cases")
    op.execute("DROP FUNCTION destroy_confidential_papers")
    op.execute("DROP SCHEMA mediation_private CASCADE")
    for table in ("mediation_settlements", "mediation_consents", "mediations"):
        op.execute(f"DROP TABLE {table}")


def private_table(name: str, columns: str) -> None:
    """A table of what is said in confidence."""
    op.execute(f"""
        CREATE TABLE mediation_private.{name} (
            id UUID NOT NULL,
            mediation_id UUID NOT NULL,
            {columns}
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_{name} PRIMARY KEY (id),
            CONSTRAINT fk_{name}_mediation_id FOREIGN KEY (mediation_id) REFERENCES mediations (id)
        )
    """)
    op.execute(f"CREATE INDEX ix_{name}_mediation_id ON mediation_private.{name} (mediation_id)")
