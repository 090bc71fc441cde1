"""When a job ends and another one waits for its lock, the workers are told at once: nobody notifies them of that."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX ix_procrastinate_jobs_lock_waiting ON procrastinate_jobs (lock) WHERE status = 'todo'")
    op.execute("""
        CREATE FUNCTION tell_next_of_lock() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM procrastinate_jobs WHERE lock = OLD.lock AND status = 'todo' AND id <> OLD.id) THEN
                PERFORM pg_notify(
                    'procrastinate_any_queue_v1', json_build_object('type', 'job_inserted', 'job_id', OLD.id)::text
                );
            END IF;
            RETURN NULL;
        END
        $$
    """)
    op.execute("""
        CREATE TRIGGER tell_next_of_lock_after_end AFTER DELETE ON procrastinate_jobs
        FOR EACH ROW WHEN (OLD.lock IS NOT NULL AND OLD.status = 'doing')
        EXECUTE FUNCTION tell_next_of_lock()
    """)
    op.execute("""
        CREATE TRIGGER tell_next_of_lock_after_failure AFTER UPDATE OF status ON procrastinate_jobs
        FOR EACH ROW WHEN (OLD.lock IS NOT NULL AND OLD.status = 'doing' AND NEW.status <> 'doing')
        EXECUTE FUNCTION tell_next_of_lock()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER tell_next_of_lock_after_failure ON procrastinate_jobs")
    op.execute("DROP TRIGGER tell_next_of_lock_after_end ON procrastinate_jobs")
    op.execute("DROP FUNCTION tell_next_of_lock")
    op.execute("DROP INDEX ix_procrastinate_jobs_lock_waiting")
