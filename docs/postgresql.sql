-- Least rights on a PostgreSQL store of Harmony Kit.
--
-- Run it once, as the owner of an empty database made for one engagement, after the tables are
-- there: the owner's first `harmony check` with the store's URL in engagement.yaml makes them.
--
--     psql -d acme -f docs/postgresql.sql
--     psql -d acme -c "CREATE ROLE ana LOGIN PASSWORD '…' IN ROLE harmony_interviewer"
--     psql -d acme -c "CREATE ROLE lead LOGIN PASSWORD '…' IN ROLE harmony_reader"
--
-- Nobody but the owner can change or delete an answer or an event: the journal only grows, and
-- the database itself holds to that.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'harmony_reader') THEN
    CREATE ROLE harmony_reader NOLOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'harmony_interviewer') THEN
    CREATE ROLE harmony_interviewer NOLOGIN;
  END IF;
END
$$;

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- Who makes reports: check, plan, compare, export, journal, run.
GRANT USAGE ON SCHEMA public TO harmony_reader;
GRANT SELECT ON journal, respondents, events, subjects, instruments, imports, import_rows,
  pending_rows, store_schema, forgotten, commitments, owners TO harmony_reader;
GRANT SELECT ON journal_id_seq TO harmony_reader;

-- Who interviews: reads, and adds. Imports, and what takes them back, are the owner's: a broken-off
-- import is cleared away before the next one, and that is the one thing that deletes.
GRANT USAGE ON SCHEMA public TO harmony_interviewer;
GRANT SELECT, INSERT ON journal, respondents, events, subjects, instruments
  TO harmony_interviewer;
GRANT SELECT ON imports, import_rows, pending_rows, store_schema, forgotten TO harmony_interviewer;
-- The same person holds the workshop. What owners are called is for whoever sits in the room with
-- them: a reader sees what they are, never who.
GRANT SELECT, INSERT ON commitments, owners, owner_names TO harmony_interviewer;
GRANT SELECT, USAGE ON journal_id_seq, events_id_seq TO harmony_interviewer;

-- One row each, which is renewed: when an interview ends, a pilot is called something else, or a
-- translation of the same questionnaire is mended. No key can be changed, and no row deleted.
GRANT UPDATE (lens, role, language, started_at, finished_at, details) ON respondents
  TO harmony_interviewer;
GRANT UPDATE (title) ON subjects TO harmony_interviewer;
GRANT UPDATE (id, version, name, files) ON instruments TO harmony_interviewer;
GRANT UPDATE (site, lens, role) ON owners TO harmony_interviewer;
-- A name is erased by writing over it; that it was erased stays.
GRANT UPDATE (name, is_erased) ON owner_names TO harmony_interviewer;
