"""Offers, what customers say to them, and remedies until they are delivered."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE offers (
            id UUID NOT NULL,
            case_id UUID NOT NULL,
            number INTEGER NOT NULL,
            stage VARCHAR NOT NULL,
            staff_id UUID NOT NULL,
            made_at TIMESTAMP WITH TIME ZONE NOT NULL,
            position VARCHAR NOT NULL,
            findings VARCHAR NOT NULL,
            reasons VARCHAR NOT NULL,
            point_reasons JSONB NOT NULL,
            clauses JSONB NOT NULL,
            grants_all BOOLEAN NOT NULL,
            outcome_code VARCHAR NOT NULL,
            cause VARCHAR,
            takes_part VARCHAR,
            time_limits VARCHAR,
            outside JSONB,
            answer VARCHAR,
            answered_at TIMESTAMP WITH TIME ZONE,
            answer_event_id UUID,
            replaced_by_id UUID,
            CONSTRAINT pk_offers PRIMARY KEY (id),
            CONSTRAINT uq_offers_case_id_number UNIQUE (case_id, number),
            CONSTRAINT ck_offers_stage CHECK (stage IN ('first', 'final')),
            CONSTRAINT ck_offers_position CHECK (position IN ('accept', 'offer', 'reject')),
            CONSTRAINT ck_offers_outcome_code CHECK (outcome_code IN ('upheld', 'partly_upheld', 'not_upheld', 'goodwill', 'no_finding')),
            CONSTRAINT ck_offers_answer CHECK (answer IN ('accepted', 'refused', 'assumed')),
            CONSTRAINT ck_offers_answered CHECK ((answer IS NULL) = (answered_at IS NULL)),
            CONSTRAINT ck_offers_grants_all CHECK (NOT (position = 'reject' AND grants_all)),
            CONSTRAINT fk_offers_case_id FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT fk_offers_staff_id FOREIGN KEY (staff_id) REFERENCES staff (id),
            CONSTRAINT fk_offers_answer_event_id FOREIGN KEY (answer_event_id) REFERENCES case_events (id),
            CONSTRAINT fk_offers_replaced_by_id FOREIGN KEY (replaced_by_id) REFERENCES offers (id)
        )
    """)
    op.execute("""
        CREATE TABLE remedies (
            id UUID NOT NULL,
            case_id UUID NOT NULL,
            offer_id UUID,
            source_id UUID NOT NULL,
            number INTEGER NOT NULL,
            kind VARCHAR NOT NULL,
            amount NUMERIC(12, 2),
            currency VARCHAR,
            conditions VARCHAR,
            due_days INTEGER NOT NULL,
            state VARCHAR NOT NULL,
            agreed_at TIMESTAMP WITH TIME ZONE,
            due_at TIMESTAMP WITH TIME ZONE,
            delivered_at TIMESTAMP WITH TIME ZONE,
            delivered_by_id UUID,
            proof VARCHAR,
            failed_at TIMESTAMP WITH TIME ZONE,
            failed_words VARCHAR,
            CONSTRAINT pk_remedies PRIMARY KEY (id),
            CONSTRAINT uq_remedies_source_id_number UNIQUE (source_id, number),
            CONSTRAINT ck_remedies_state CHECK (state IN ('offered', 'open', 'delivered', 'failed', 'replaced')),
            CONSTRAINT ck_remedies_due CHECK (state = 'offered' OR due_at IS NOT NULL),
            CONSTRAINT ck_remedies_currency CHECK ((amount IS NULL) = (currency IS NULL)),
            CONSTRAINT ck_remedies_amount CHECK (amount > 0),
            CONSTRAINT ck_remedies_due_days CHECK (due_days > 0),
            CONSTRAINT fk_remedies_case_id FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT fk_remedies_offer_id FOREIGN KEY (offer_id) REFERENCES offers (id),
            CONSTRAINT fk_remedies_delivered_by_id FOREIGN KEY (delivered_by_id) REFERENCES staff (id)
        )
    """)
    op.execute("CREATE INDEX ix_remedies_case_id ON remedies (case_id)")
    op.execute("""
        CREATE TABLE offer_counters (
            id UUID NOT NULL,
            case_id UUID NOT NULL,
            offer_id UUID NOT NULL,
            event_id UUID NOT NULL,
            words VARCHAR NOT NULL,
            made_at TIMESTAMP WITH TIME ZONE NOT NULL,
            answered_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT pk_offer_counters PRIMARY KEY (id),
            CONSTRAINT fk_offer_counters_case_id FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT fk_offer_counters_offer_id FOREIGN KEY (offer_id) REFERENCES offers (id),
            CONSTRAINT fk_offer_counters_event_id FOREIGN KEY (event_id) REFERENCES case_events (id)
        )
    """)
    op.execute("CREATE UNIQUE INDEX uq_offer_counters_open ON offer_counters (offer_id) WHERE answered_at IS NULL")
    op.execute("CREATE INDEX ix_offer_counters_case_id ON offer_counters (case_id)")


def downgrade() -> None:
    for table in ("offer_counters", "remedies", "offers"):
        op.execute(f"DROP TABLE {table}")
