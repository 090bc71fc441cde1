"""What the assistant understood of each typed message, for people to teach it from."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE turn_readings (
            message_id UUID NOT NULL,
            conversation_id UUID NOT NULL,
            intent VARCHAR NOT NULL,
            confidence DOUBLE PRECISION NOT NULL,
            others JSONB NOT NULL,
            form VARCHAR,
            sign VARCHAR,
            hint VARCHAR,
            state VARCHAR NOT NULL,
            chosen VARCHAR,
            example VARCHAR,
            decided_by_id UUID,
            decided_at TIMESTAMP WITH TIME ZONE,
            exported_at TIMESTAMP WITH TIME ZONE,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT pk_turn_readings PRIMARY KEY (message_id),
            CONSTRAINT fk_turn_readings_message_id FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE CASCADE,
            CONSTRAINT fk_turn_readings_conversation_id FOREIGN KEY (conversation_id)
                REFERENCES conversations (id) ON DELETE CASCADE,
            CONSTRAINT fk_turn_readings_decided_by_id FOREIGN KEY (decided_by_id) REFERENCES staff (id),
            CONSTRAINT ck_turn_readings_sign CHECK (sign IN ('fallback', 'unsure', 'button', 'person')),
            CONSTRAINT ck_turn_readings_state CHECK (state IN ('open', 'taught', 'nothing')),
            CONSTRAINT ck_turn_readings_taught
                CHECK ((state = 'taught') = (chosen IS NOT NULL AND example IS NOT NULL))
        )
    """)
    op.execute("CREATE INDEX ix_turn_readings_conversation_id ON turn_readings (conversation_id, at)")
    op.execute("""
        CREATE INDEX ix_turn_readings_open ON turn_readings (at) WHERE state = 'open' AND sign IS NOT NULL
    """)
    op.execute("CREATE INDEX ix_turn_readings_taught ON turn_readings (decided_at) WHERE state = 'taught'")


def downgrade() -> None:
    op.execute("DROP TABLE turn_readings")
