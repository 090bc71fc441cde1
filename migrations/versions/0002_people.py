"""Customers, staff and the proofs of who somebody is."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE customers (
            id UUID NOT NULL,
            name VARCHAR NOT NULL,
            email VARCHAR,
            phone VARCHAR,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_customers PRIMARY KEY (id),
            CONSTRAINT ck_customers_reachable CHECK (email IS NOT NULL OR phone IS NOT NULL),
            CONSTRAINT ck_customers_email_lower CHECK (email = lower(email))
        )
    """)
    op.execute("""
        CREATE INDEX ix_customers_email ON customers (email)
    """)
    op.execute("""
        CREATE INDEX ix_customers_phone ON customers (phone)
    """)
    op.execute("""
        CREATE TABLE staff (
            id UUID NOT NULL,
            email VARCHAR NOT NULL,
            name VARCHAR NOT NULL,
            role VARCHAR NOT NULL,
            password_hash VARCHAR,
            active BOOLEAN NOT NULL,
            chat_limit INTEGER NOT NULL,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_staff PRIMARY KEY (id),
            CONSTRAINT ck_staff_role CHECK (role IN ('agent', 'manager', 'mediator', 'admin')),
            CONSTRAINT ck_staff_email_lower CHECK (email = lower(email)),
            CONSTRAINT uq_staff_email UNIQUE (email)
        )
    """)
    op.execute("""
        CREATE TABLE staff_sessions (
            id UUID NOT NULL,
            staff_id UUID NOT NULL,
            token_digest VARCHAR NOT NULL,
            csrf_token VARCHAR NOT NULL,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
            expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
            ended_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT pk_staff_sessions PRIMARY KEY (id),
            CONSTRAINT fk_staff_sessions_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE,
            CONSTRAINT uq_staff_sessions_token_digest UNIQUE (token_digest)
        )
    """)
    op.execute("""
        CREATE INDEX ix_staff_sessions_staff_id ON staff_sessions (staff_id)
    """)
    op.execute("""
        CREATE TABLE sign_in_links (
            id UUID NOT NULL,
            staff_id UUID NOT NULL,
            token_digest VARCHAR NOT NULL,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
            used_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT pk_sign_in_links PRIMARY KEY (id),
            CONSTRAINT fk_sign_in_links_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE,
            CONSTRAINT uq_sign_in_links_token_digest UNIQUE (token_digest)
        )
    """)
    op.execute("""
        CREATE INDEX ix_sign_in_links_staff_id ON sign_in_links (staff_id)
    """)
    op.execute("""
        CREATE TABLE sign_in_attempts (
            id SERIAL NOT NULL,
            digest VARCHAR NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_sign_in_attempts PRIMARY KEY (id)
        )
    """)
    op.execute("""
        CREATE INDEX ix_sign_in_attempts_digest_at ON sign_in_attempts (digest, at)
    """)
    op.execute("""
        CREATE TABLE status_requests (
            id UUID NOT NULL,
            lookup VARCHAR NOT NULL,
            email VARCHAR NOT NULL,
            ip_digest VARCHAR,
            conversation_id UUID,
            code_digest VARCHAR,
            code_expires_at TIMESTAMP WITH TIME ZONE,
            code_sent_at TIMESTAMP WITH TIME ZONE,
            tries INTEGER NOT NULL,
            verified_at TIMESTAMP WITH TIME ZONE,
            verified_until TIMESTAMP WITH TIME ZONE,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_status_requests PRIMARY KEY (id),
            CONSTRAINT ck_status_requests_tries CHECK (tries >= 0)
        )
    """)
    op.execute("""
        CREATE INDEX ix_status_requests_conversation_id ON status_requests (conversation_id)
    """)
    op.execute("""
        CREATE INDEX ix_status_requests_email ON status_requests (email, created_at)
    """)
    op.execute("""
        CREATE INDEX ix_status_requests_ip_digest ON status_requests (ip_digest, created_at) WHERE ip_digest IS NOT NULL
    """)
    op.execute("""
        CREATE INDEX ix_status_requests_lookup ON status_requests (lookup, created_at)
    """)


def downgrade() -> None:
    op.execute("DROP TABLE status_requests")
    op.execute("DROP TABLE sign_in_attempts")
    op.execute("DROP TABLE sign_in_links")
    op.execute("DROP TABLE staff_sessions")
    op.execute("DROP TABLE staff")
    op.execute("DROP TABLE customers")
