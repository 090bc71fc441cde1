"""Records: persons can be erased, and a case remembers that its customer asked for it."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE customers ADD COLUMN erased_at TIMESTAMP WITH TIME ZONE")
    op.execute("ALTER TABLE customers DROP CONSTRAINT ck_customers_reachable")
    op.execute("""
        ALTER TABLE customers ADD CONSTRAINT ck_customers_reachable
        CHECK (email IS NOT NULL OR phone IS NOT NULL OR erased_at IS NOT NULL)
    """)
    op.execute("ALTER TABLE cases ADD COLUMN erasure_asked_at TIMESTAMP WITH TIME ZONE")
    op.execute("""
        CREATE INDEX ix_cases_erasure_asked_at ON cases (erasure_asked_at) WHERE erasure_asked_at IS NOT NULL
    """)
    op.execute("CREATE INDEX ix_cases_hold_until ON cases (hold_until) WHERE hold_until IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP INDEX ix_cases_hold_until")
    op.execute("DROP INDEX ix_cases_erasure_asked_at")
    op.execute("ALTER TABLE cases DROP COLUMN erasure_asked_at")
    op.execute("UPDATE customers SET email = 'erased@invalid' WHERE email IS NULL AND phone IS NULL")
    op.execute("ALTER TABLE customers DROP CONSTRAINT ck_customers_reachable")
    op.execute("""
        ALTER TABLE customers ADD CONSTRAINT ck_customers_reachable CHECK (email IS NOT NULL OR phone IS NOT NULL)
    """)
    op.execute("ALTER TABLE customers DROP COLUMN erased_at")
