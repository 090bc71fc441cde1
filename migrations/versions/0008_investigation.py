"""Investigation: points and findings, questions and answers, files as evidence."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE case_points (
            id UUID NOT NULL,
            case_id UUID NOT NULL,
            position INTEGER NOT NULL,
            text VARCHAR NOT NULL,
            added_by_id UUID,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_case_points PRIMARY KEY (id),
            CONSTRAINT uq_case_points_case_id_position UNIQUE (case_id, position),
            CONSTRAINT ck_case_points_text_length CHECK (length(text) <= 1200),
            CONSTRAINT fk_case_points_case_id FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT fk_case_points_added_by_id FOREIGN KEY (added_by_id) REFERENCES staff (id)
        )
    """)
    op.execute("""
        CREATE TABLE case_findings (
            id UUID NOT NULL,
            point_id UUID NOT NULL,
            number INTEGER NOT NULL,
            finding VARCHAR NOT NULL,
            result VARCHAR NOT NULL,
            staff_id UUID NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_case_findings PRIMARY KEY (id),
            CONSTRAINT uq_case_findings_point_id_number UNIQUE (point_id, number),
            CONSTRAINT ck_case_findings_result CHECK (result IN ('confirmed', 'not_confirmed', 'unclear')),
            CONSTRAINT ck_case_findings_finding_length CHECK (length(finding) <= 4000),
            CONSTRAINT fk_case_findings_point_id FOREIGN KEY (point_id) REFERENCES case_points (id),
            CONSTRAINT fk_case_findings_staff_id FOREIGN KEY (staff_id) REFERENCES staff (id)
        )
    """)
    op.execute("""
        CREATE TABLE case_questions (
            id UUID NOT NULL,
            case_id UUID NOT NULL,
            event_id UUID NOT NULL,
            position INTEGER NOT NULL,
            text VARCHAR NOT NULL,
            CONSTRAINT pk_case_questions PRIMARY KEY (id),
            CONSTRAINT uq_case_questions_event_id_position UNIQUE (event_id, position),
            CONSTRAINT ck_case_questions_position CHECK (position BETWEEN 1 AND 5),
            CONSTRAINT ck_case_questions_text_length CHECK (length(text) <= 400),
            CONSTRAINT fk_case_questions_case_id FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT fk_case_questions_event_id FOREIGN KEY (event_id) REFERENCES case_events (id)
        )
    """)
    op.execute("CREATE INDEX ix_case_questions_case_id ON case_questions (case_id)")
    op.execute("""
        CREATE TABLE case_answers (
            id UUID NOT NULL,
            case_id UUID NOT NULL,
            asked_event_id UUID NOT NULL,
            event_id UUID NOT NULL,
            key VARCHAR NOT NULL,
            channel VARCHAR NOT NULL,
            staff_id UUID,
            text VARCHAR NOT NULL,
            salt VARCHAR NOT NULL,
            late BOOLEAN NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_case_answers PRIMARY KEY (id),
            CONSTRAINT uq_case_answers_case_id_key UNIQUE (case_id, key),
            CONSTRAINT ck_case_answers_channel CHECK (channel IN ('chat', 'page', 'mail', 'staff')),
            CONSTRAINT ck_case_answers_staff_named CHECK ((channel = 'staff') = (staff_id IS NOT NULL)),
            CONSTRAINT ck_case_answers_text_length CHECK (length(text) <= 20000),
            CONSTRAINT fk_case_answers_case_id FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT fk_case_answers_asked_event_id FOREIGN KEY (asked_event_id) REFERENCES case_events (id),
            CONSTRAINT fk_case_answers_event_id FOREIGN KEY (event_id) REFERENCES case_events (id),
            CONSTRAINT fk_case_answers_staff_id FOREIGN KEY (staff_id) REFERENCES staff (id)
        )
    """)
    op.execute("""
        CREATE TABLE case_evidence (
            id UUID NOT NULL,
            case_id UUID NOT NULL,
            event_id UUID NOT NULL,
            file_name VARCHAR NOT NULL,
            kind VARCHAR NOT NULL,
            size INTEGER NOT NULL,
            sha256 VARCHAR NOT NULL,
            stored_as VARCHAR NOT NULL,
            staff_id UUID,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            erased_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT pk_case_evidence PRIMARY KEY (id),
            CONSTRAINT uq_case_evidence_stored_as UNIQUE (stored_as),
            CONSTRAINT ck_case_evidence_kind CHECK (kind IN ('jpg', 'png', 'pdf')),
            CONSTRAINT ck_case_evidence_size CHECK (size > 0),
            CONSTRAINT fk_case_evidence_case_id FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT fk_case_evidence_event_id FOREIGN KEY (event_id) REFERENCES case_events (id),
            CONSTRAINT fk_case_evidence_staff_id FOREIGN KEY (staff_id) REFERENCES staff (id)
        )
    """)
    op.execute("CREATE UNIQUE INDEX uq_case_evidence_same ON case_evidence (case_id, sha256) WHERE erased_at IS NULL")


def downgrade() -> None:
    for table in ("case_evidence", "case_answers", "case_questions", "case_findings", "case_points"):
        op.execute(f"DROP TABLE {table}")
