"""One index of words over cases and chats, kept by the database in the transaction of each change."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ROWS = {
    "messages": ("message", "created_at", ("text",)),
    "case_event_texts": ("event", "", ("text", "reason")),
    "case_questions": ("question", "", ("text",)),
    "case_answers": ("answer", "at", ("text",)),
    "case_findings": ("finding", "at", ("finding",)),
    "offers": ("offer", "made_at", ("findings", "reasons")),
    "offer_counters": ("counter", "made_at", ("words",)),
    "remedies": ("remedy", "agreed_at", ("conditions", "proof", "failed_words")),
    "inbound_mails": ("mail", "received_at", ("subject", "text")),
}
"""Tables whose words are found, each with the name of its rows in the index, their time, and the columns.

Nothing of `mediation_private` may ever be here: what is said in confidence is found by nobody."""

CASE_COLUMNS = "reference, order_number, reseller, description, desired_outcome, informal_outcome, customer_id"
CHAT_COLUMNS = "facts, handoff_summary, reply_email"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE search_entries (
            source VARCHAR NOT NULL,
            row_id UUID NOT NULL,
            is_core BOOLEAN NOT NULL,
            case_id UUID,
            conversation_id UUID,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            words TSVECTOR NOT NULL,
            CONSTRAINT pk_search_entries PRIMARY KEY (source, row_id)
        )
    """)
    op.execute("CREATE INDEX ix_search_entries_core ON search_entries USING gin (words) WHERE is_core")
    op.execute("CREATE INDEX ix_search_entries_words ON search_entries USING gin (words) WHERE NOT is_core")
    op.execute("CREATE INDEX ix_search_entries_core_at ON search_entries (at) WHERE is_core")
    op.execute("CREATE INDEX ix_search_entries_at ON search_entries (at) WHERE NOT is_core")
    op.execute("CREATE INDEX ix_search_entries_case_id ON search_entries (case_id) WHERE case_id IS NOT NULL")
    op.execute("""
        CREATE INDEX ix_search_entries_conversation_id ON search_entries (conversation_id)
        WHERE conversation_id IS NOT NULL
    """)
    _functions()
    for change in ("INSERT", f"UPDATE OF {CASE_COLUMNS}"):
        _trigger("cases", change, "search_case()")
    _trigger("cases", "DELETE", "search_gone('case', 'id')")
    _trigger("customers", "UPDATE OF name, email, phone", "search_customer()")
    for change in ("INSERT", f"UPDATE OF {CHAT_COLUMNS}"):
        _trigger("conversations", change, "search_chat()")
    _trigger("conversations", "DELETE", "search_gone('chat', 'id')")
    for table, (source, at, columns) in ROWS.items():
        told = ", ".join(f"'{word}'" for word in (source, at, *columns))
        by_people = "NEW.author IN ('customer', 'agent')" if table == "messages" else "true"
        key = "event_id" if source == "event" else "id"
        changes = (*columns, "case_id", "conversation_id") if table == "inbound_mails" else columns
        for change in ("INSERT", f"UPDATE OF {', '.join(changes)}"):
            _trigger(table, change, f"search_row({told})", by_people)
        _trigger(table, "DELETE", f"search_gone('{source}', '{key}')")
    _what_is_there()


def _trigger(table: str, change: str, call: str, when: str = "true") -> None:
    name = f"search_{change.split(maxsplit=1)[0].lower()}"
    op.execute(f"CREATE TRIGGER {name} AFTER {change} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {call}")


def _functions() -> None:
    # As `disputes.search.terms.plain`; a test holds them together.
    op.execute(r"""
        CREATE FUNCTION search_plain(said TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT replace(replace(replace(translate(lower(
                regexp_replace(normalize(coalesce(said, ''), NFKD), '[\u0300-\u036f]', '', 'g')
            ), 'łøđð', 'lodd'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe')
        $$
    """)
    op.execute("""
        CREATE FUNCTION search_words(names TEXT, said TEXT) RETURNS TSVECTOR LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT setweight(to_tsvector('simple', search_plain(names)), 'A')
                || setweight(to_tsvector('simple', search_plain(said)), 'C')
                || setweight(to_tsvector('english', search_plain(said)), 'D')
        $$
    """)
    # An address is found by its parts, a reference without its hyphens, a number with or without its country.
    op.execute(r"""
        CREATE FUNCTION search_names(VARIADIC names TEXT[]) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT string_agg(concat_ws(' ', name, translate(name, '@._+', '    '), split_part(name, '@', 2),
                replace(name, '-', ''),
                CASE WHEN name ~ '^\+[0-9]{7,}$' THEN right(name, 9) || ' ' || substr(name, 2) END), ' ')
            FROM unnest(names) AS name WHERE name <> ''
        $$
    """)
    op.execute("""
        CREATE FUNCTION search_keep(
            source TEXT, row_id UUID, is_core BOOLEAN, case_id UUID, conversation_id UUID, at TIMESTAMPTZ,
            names TEXT, said TEXT
        ) RETURNS VOID LANGUAGE plpgsql AS $$
        BEGIN
            IF coalesce(names, '') = '' AND btrim(coalesce(said, '')) = '' THEN
                DELETE FROM search_entries AS kept WHERE kept.source = $1 AND kept.row_id = $2;
                RETURN;
            END IF;
            INSERT INTO search_entries VALUES ($1, $2, $3, $4, $5, coalesce($6, now()), search_words(names, said))
            ON CONFLICT ON CONSTRAINT pk_search_entries DO UPDATE
            SET case_id = excluded.case_id, conversation_id = excluded.conversation_id, words = excluded.words;
        END
        $$
    """)
    op.execute("""
        CREATE FUNCTION search_keep_case(kept cases) RETURNS VOID LANGUAGE plpgsql AS $$
        DECLARE customer customers;
        BEGIN
            SELECT * INTO customer FROM customers WHERE id = kept.customer_id;
            PERFORM search_keep('case', kept.id, true, kept.id, NULL, kept.filed_at,
                search_names(kept.reference, kept.order_number, kept.reseller, customer.name, customer.email,
                    customer.phone),
                concat_ws(' ', kept.description, kept.desired_outcome, kept.informal_outcome));
        END
        $$
    """)
    op.execute("""
        CREATE FUNCTION search_case() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM search_keep_case(NEW);
            RETURN NULL;
        END
        $$
    """)
    op.execute("""
        CREATE FUNCTION search_customer() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM search_keep_case(cases) FROM cases WHERE customer_id = NEW.id;
            RETURN NULL;
        END
        $$
    """)
    op.execute("""
        CREATE FUNCTION search_keep_chat(kept conversations) RETURNS VOID LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM search_keep('chat', kept.id, true, NULL, kept.id, kept.created_at,
                search_names(kept.facts ->> 'complainant_name', kept.facts ->> 'contact_email', kept.reply_email,
                    kept.facts ->> 'contact_phone', kept.facts ->> 'order_number'),
                concat_ws(' ', kept.handoff_summary, kept.facts ->> 'description', kept.facts ->> 'desired_outcome'));
        END
        $$
    """)
    op.execute("""
        CREATE FUNCTION search_chat() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM search_keep_chat(NEW);
            RETURN NULL;
        END
        $$
    """)
    # Arguments: what the rows are called, the column with their time, and the columns with their words.
    op.execute("""
        CREATE FUNCTION search_row() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            kept JSONB := to_jsonb(NEW);
            in_case UUID := kept ->> 'case_id';
            at TIMESTAMPTZ := kept ->> TG_ARGV[1];
            said TEXT := '';
        BEGIN
            FOR number IN 2 .. TG_NARGS - 1 LOOP
                said := concat_ws(' ', said, kept ->> TG_ARGV[number]);
            END LOOP;
            IF TG_ARGV[0] IN ('event', 'question') THEN
                SELECT event.case_id, event.at INTO in_case, at FROM case_events AS event
                WHERE event.id = (kept ->> 'event_id')::uuid;
            ELSIF TG_ARGV[0] = 'finding' THEN
                SELECT point.case_id INTO in_case FROM case_points AS point WHERE point.id = (kept ->> 'point_id')::uuid;
            END IF;
            PERFORM search_keep(TG_ARGV[0], coalesce(kept ->> 'id', kept ->> 'event_id')::uuid, false, in_case,
                (kept ->> 'conversation_id')::uuid, at, NULL, said);
            RETURN NULL;
        END
        $$
    """)
    op.execute("""
        CREATE FUNCTION search_gone() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM search_entries
            WHERE source = TG_ARGV[0] AND row_id = (to_jsonb(OLD) ->> TG_ARGV[1])::uuid;
            RETURN NULL;
        END
        $$
    """)


def _what_is_there() -> None:
    """Fills the index; each table is written to itself, so that its trigger does it."""
    op.execute("SELECT search_keep_case(cases) FROM cases")
    op.execute("SELECT search_keep_chat(conversations) FROM conversations")
    for table, (_, _, columns) in ROWS.items():
        op.execute(f"UPDATE {table} SET {columns[0]} = {columns[0]}")


def downgrade() -> None:
    for table in ("cases", "conversations", *ROWS):
        for change in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER search_{change} ON {table}")
    op.execute("DROP TRIGGER search_update ON customers")
    op.execute("DROP TABLE search_entries")
    for function in (
        "search_gone()", "search_row()", "search_chat()", "search_keep_chat(conversations)", "search_customer()",
        "search_case()", "search_keep_case(cases)",
        "search_keep(TEXT, UUID, BOOLEAN, UUID, UUID, TIMESTAMPTZ, TEXT, TEXT)", "search_names(TEXT[])",
        "search_words(TEXT, TEXT)", "search_plain(TEXT)",
    ):  # fmt: skip
        op.execute(f"DROP FUNCTION {function}")
