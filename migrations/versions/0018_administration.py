"""Two-step sign-in, what is known of a session, closed days, and the record of privileged acts."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE staff
            ADD COLUMN version INTEGER NOT NULL DEFAULT 1,
            ADD COLUMN issuer VARCHAR,
            ADD COLUMN subject VARCHAR,
            ADD CONSTRAINT ck_staff_subject_of_issuer CHECK ((issuer IS NULL) = (subject IS NULL)),
            ADD CONSTRAINT uq_staff_issuer_subject UNIQUE (issuer, subject)
    """)
    op.execute("ALTER TABLE staff ALTER COLUMN version DROP DEFAULT")
    op.execute("""
        ALTER TABLE staff_sessions
            ADD COLUMN proved_by VARCHAR NOT NULL DEFAULT 'password',
            ADD COLUMN second_step_at TIMESTAMP WITH TIME ZONE,
            ADD COLUMN browser VARCHAR,
            ADD COLUMN place VARCHAR,
            ADD CONSTRAINT ck_staff_sessions_proved_by CHECK (proved_by IN ('password', 'link', 'provider'))
    """)
    op.execute("ALTER TABLE staff_sessions ALTER COLUMN proved_by DROP DEFAULT")
    op.execute("""
        CREATE TABLE half_sign_ins (
            id UUID NOT NULL,
            staff_id UUID NOT NULL,
            token_digest VARCHAR NOT NULL,
            proved_by VARCHAR NOT NULL,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
            used_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT pk_half_sign_ins PRIMARY KEY (id),
            CONSTRAINT uq_half_sign_ins_token_digest UNIQUE (token_digest),
            CONSTRAINT ck_half_sign_ins_proved_by CHECK (proved_by IN ('password', 'link')),
            CONSTRAINT fk_half_sign_ins_staff_id FOREIGN KEY (staff_id) REFERENCES staff (id) ON DELETE CASCADE
        )
    """)
    op.execute("CREATE INDEX ix_half_sign_ins_staff_id ON half_sign_ins (staff_id)")
    op.execute("""
        CREATE TABLE second_steps (
            staff_id UUID NOT NULL,
            secret VARCHAR NOT NULL,
            last_step BIGINT NOT NULL,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            confirmed_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT pk_second_steps PRIMARY KEY (staff_id),
            CONSTRAINT fk_second_steps_staff_id FOREIGN KEY (staff_id) REFERENCES staff (id) ON DELETE CASCADE
        )
    """)
    op.execute("""
        CREATE TABLE recovery_codes (
            id UUID NOT NULL,
            staff_id UUID NOT NULL,
            digest VARCHAR NOT NULL,
            used_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT pk_recovery_codes PRIMARY KEY (id),
            CONSTRAINT fk_recovery_codes_staff_id FOREIGN KEY (staff_id) REFERENCES staff (id) ON DELETE CASCADE
        )
    """)
    op.execute("CREATE INDEX ix_recovery_codes_staff_id ON recovery_codes (staff_id)")
    op.execute("""
        CREATE TABLE closed_days (
            id UUID NOT NULL,
            day DATE NOT NULL,
            name VARCHAR NOT NULL,
            added_by_id UUID NOT NULL,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_closed_days PRIMARY KEY (id),
            CONSTRAINT uq_closed_days_day UNIQUE (day),
            CONSTRAINT fk_closed_days_added_by_id FOREIGN KEY (added_by_id) REFERENCES staff (id)
        )
    """)
    op.execute("""
        CREATE TABLE audit (
            id UUID NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            actor VARCHAR NOT NULL,
            staff_id UUID,
            operator VARCHAR,
            act VARCHAR NOT NULL,
            subject_kind VARCHAR,
            subject_id UUID,
            place VARCHAR,
            before JSONB,
            after JSONB,
            CONSTRAINT pk_audit PRIMARY KEY (id),
            CONSTRAINT ck_audit_actor CHECK (actor IN ('staff', 'command', 'nobody', 'system')),
            CONSTRAINT ck_audit_staff_named CHECK (actor <> 'staff' OR staff_id IS NOT NULL),
            CONSTRAINT ck_audit_operator_named CHECK ((actor = 'command') = (operator IS NOT NULL)),
            CONSTRAINT ck_audit_subject_of_a_kind CHECK (subject_kind IS NOT NULL OR subject_id IS NULL),
            CONSTRAINT fk_audit_staff_id FOREIGN KEY (staff_id) REFERENCES staff (id)
        )
    """)
    op.execute("CREATE INDEX ix_audit_at ON audit (at, id)")
    op.execute("CREATE INDEX ix_audit_staff_id ON audit (staff_id, at)")
    op.execute("CREATE INDEX ix_audit_subject_id ON audit (subject_id, at)")
    op.execute("""
        CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND OLD.at < now() - interval '180 days' THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'the audit is only appended to';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
        FOR EACH ROW EXECUTE FUNCTION audit_append_only()
    """)


def downgrade() -> None:
    op.execute("DROP TABLE audit")
    op.execute("DROP FUNCTION audit_append_only")
    for table in ("closed_days", "recovery_codes", "second_steps", "half_sign_ins"):
        op.execute(f"DROP TABLE {table}")
    op.execute("""
        ALTER TABLE staff_sessions
            DROP COLUMN proved_by, DROP COLUMN second_step_at, DROP COLUMN browser, DROP COLUMN place
    """)
    op.execute("""
        ALTER TABLE staff
            DROP CONSTRAINT uq_staff_issuer_subject, DROP CONSTRAINT ck_staff_subject_of_issuer,
            DROP COLUMN version, DROP COLUMN issuer, DROP COLUMN subject
    """)
