"""Complaints as cases; their history can only grow."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE cases (
            id UUID NOT NULL,
            reference VARCHAR NOT NULL,
            filing_key VARCHAR NOT NULL,
            state VARCHAR NOT NULL,
            source VARCHAR NOT NULL,
            customer_id UUID NOT NULL,
            conversation_id UUID,
            filed_by_id UUID,
            investigator_id UUID,
            order_number VARCHAR,
            category VARCHAR NOT NULL,
            description VARCHAR NOT NULL,
            desired_outcome VARCHAR,
            informal_outcome VARCHAR,
            scope_review BOOLEAN NOT NULL,
            urgent BOOLEAN NOT NULL,
            filed_at TIMESTAMP WITH TIME ZONE NOT NULL,
            next_date TIMESTAMP WITH TIME ZONE,
            first_answer_by TIMESTAMP WITH TIME ZONE NOT NULL,
            expected_end TIMESTAMP WITH TIME ZONE NOT NULL,
            hard_cap TIMESTAMP WITH TIME ZONE NOT NULL,
            last_event_seq INTEGER NOT NULL,
            updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_cases PRIMARY KEY (id),
            CONSTRAINT ck_cases_state CHECK (state IN ('filed', 'investigating', 'awaiting_customer', 'outcome_offered', 'mediation_offered', 'in_mediation', 'escalated', 'final_response', 'resolved', 'closed', 'withdrawn', 'redirected', 'merged')),
            CONSTRAINT ck_cases_source CHECK (source IN ('chat', 'form', 'staff', 'shop')),
            CONSTRAINT ck_cases_description_length CHECK (length(description) BETWEEN 1 AND 20000),
            CONSTRAINT uq_cases_reference UNIQUE (reference),
            CONSTRAINT uq_cases_filing_key UNIQUE (filing_key),
            CONSTRAINT fk_cases_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
            CONSTRAINT fk_cases_filed_by_id FOREIGN KEY(filed_by_id) REFERENCES staff (id),
            CONSTRAINT fk_cases_investigator_id FOREIGN KEY(investigator_id) REFERENCES staff (id)
        )
    """)
    op.execute("""
        CREATE INDEX ix_cases_conversation_id ON cases (conversation_id)
    """)
    op.execute("""
        CREATE INDEX ix_cases_customer_id ON cases (customer_id)
    """)
    op.execute("""
        CREATE INDEX ix_cases_investigator_id ON cases (investigator_id)
    """)
    op.execute("""
        CREATE INDEX ix_cases_open_by_expected_end ON cases (expected_end) WHERE state NOT IN ('resolved', 'closed', 'withdrawn', 'redirected', 'merged')
    """)
    op.execute("""
        CREATE INDEX ix_cases_order_number ON cases (order_number)
    """)
    op.execute("""
        CREATE TABLE case_events (
            id UUID NOT NULL,
            case_id UUID NOT NULL,
            seq INTEGER NOT NULL,
            kind VARCHAR NOT NULL,
            from_state VARCHAR,
            to_state VARCHAR,
            actor_kind VARCHAR NOT NULL,
            staff_id UUID,
            audience VARCHAR NOT NULL,
            clause_id VARCHAR,
            reason VARCHAR,
            notice VARCHAR,
            data JSONB NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_case_events PRIMARY KEY (id),
            CONSTRAINT uq_case_events_case_id_seq UNIQUE (case_id, seq),
            CONSTRAINT ck_case_events_actor_kind CHECK (actor_kind IN ('customer', 'staff', 'assistant', 'clock', 'system')),
            CONSTRAINT ck_case_events_audience CHECK (audience IN ('everyone', 'staff')),
            CONSTRAINT ck_case_events_staff_named CHECK ((actor_kind = 'staff') = (staff_id IS NOT NULL)),
            CONSTRAINT fk_case_events_case_id FOREIGN KEY(case_id) REFERENCES cases (id),
            CONSTRAINT fk_case_events_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
        )
    """)
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the history of a case is only appended to';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER case_events_append_only BEFORE UPDATE OR DELETE ON case_events
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """)


def downgrade() -> None:
    op.execute("DROP TABLE case_events")
    op.execute("DROP TABLE cases")
    op.execute("DROP FUNCTION refuse_change")
