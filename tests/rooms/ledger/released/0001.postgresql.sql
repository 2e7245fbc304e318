-- PostgreSQL database dump

-- Dumped from database version 16.2

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: released_0001; Type: SCHEMA; Schema: -; Owner: -

CREATE SCHEMA released_0001;

--
-- Name: entries_follow_the_last(); Type: FUNCTION; Schema: released_0001; Owner: -

CREATE FUNCTION released_0001.entries_follow_the_last() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        DECLARE
            next_position integer;
        BEGIN
            EXECUTE format('SELECT coalesce(max(position), 0) + 1 FROM %I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME)
                INTO next_position;
            IF NEW.position IS DISTINCT FROM next_position THEN
                RAISE EXCEPTION 'the ledger is append-only: an entry is added after the last one'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$;

--
-- Name: entries_stay_as_they_are(); Type: FUNCTION; Schema: released_0001; Owner: -

CREATE FUNCTION released_0001.entries_stay_as_they_are() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            RAISE EXCEPTION 'the ledger is append-only: an entry is never %. Record a correction instead',
                CASE TG_OP WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END USING ERRCODE = 'restrict_violation';
        END $$;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: alembic_version; Type: TABLE; Schema: released_0001; Owner: -

CREATE TABLE released_0001.alembic_version (
    version_num character varying(32) NOT NULL
);

--
-- Name: entries; Type: TABLE; Schema: released_0001; Owner: -

CREATE TABLE released_0001.entries (
    "position" integer NOT NULL,
    canonical text NOT NULL,
    digest character varying(64) NOT NULL,
    kind character varying(100) NOT NULL,
    usubjid character varying(40),
    recorded_at character varying(40) NOT NULL,
    CONSTRAINT positions_start_at_1 CHECK (("position" >= 1))
);

--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: released_0001; Owner: -

INSERT INTO released_0001.alembic_version VALUES ('0001');

--
-- Data for Name: entries; Type: TABLE DATA; Schema: released_0001; Owner: -

INSERT INTO released_0001.entries VALUES (1, '{"at":"2024-03-01T09:00:00.000000+00:00","body":{"on":"2024-03-01","protocol_digest":"0000000000000000000000000000000000000000000000000000000000000000","reconstruction":false,"trial":"A trial"},"by":"Dr Åse Noël","kind":"trial-opened.1","provenance":null}', 'd0de1e787056d98586ca2f46dc703414f3016b9b93a92b6614f40299c82690cd', 'trial-opened.1', NULL, '2024-03-01T09:00:00.000000+00:00');
INSERT INTO released_0001.entries VALUES (2, '{"at":"2024-03-01T10:00:00.000001+00:00","body":{"backfill":false,"dose_level":1,"on":"2024-03-01","usubjid":"A-001"},"by":"Dr Åse Noël","kind":"participant-enrolled.2","provenance":{"illustrative":["on"],"source":"a paper, table 2"}}', 'ff54ddc197e64c0978f8a8b36abcecfa2d390a57d127be85c202b100306ab303', 'participant-enrolled.2', 'A-001', '2024-03-01T10:00:00.000001+00:00');
INSERT INTO released_0001.entries VALUES (3, '{"at":"2024-03-01T11:00:00.000002+00:00","body":{"batch":"Lot № 7 «β»","dose_given":1000000.0,"infusion_number":1,"on":"2024-03-01","usubjid":"A-001"},"by":"Dr Åse Noël","kind":"infusion-given.1","provenance":null}', 'a2ac87bb2b6ac24717cb9872868ecd7f79bbf7f8b8be36d3346d556bec44e7a1', 'infusion-given.1', 'A-001', '2024-03-01T11:00:00.000002+00:00');
INSERT INTO released_0001.entries VALUES (4, '{"at":"2024-03-01T12:00:00.000003+00:00","body":{"ae":"1","after_relapse":null,"causality":"","grade":2,"infusion_number":1,"on":"2024-03-01","related":null,"serious":null,"soc":"","term":"Fièvre 🌡","usubjid":"A-001"},"by":"Dr Åse Noël","kind":"adverse-event-reported.1","provenance":{"illustrative":[],"source":"a paper, p. 4"}}', 'b97897c7bffd93d90700f93a1952c2d865bee21033931f863dc416b487950fca', 'adverse-event-reported.1', 'A-001', '2024-03-01T12:00:00.000003+00:00');
INSERT INTO released_0001.entries VALUES (5, '{"at":"2024-03-01T13:00:00.000004+00:00","body":{"instrument":"A score","items":{"a":true,"b":0.1,"c":null,"d":"x\"\n\u0000"},"on":"2024-03-01","usubjid":"A-001","visit":"Day 1"},"by":"Dr Åse Noël","kind":"assessment-recorded.1","provenance":null}', '23e9bcc2f8b6f5fa4b0729af6b8938a36abc02758db5373f5bedc3158c64aaee', 'assessment-recorded.1', 'A-001', '2024-03-01T13:00:00.000004+00:00');
INSERT INTO released_0001.entries VALUES (6, '{"at":"2024-03-01T14:00:00.000005+00:00","body":{"position":2,"reason":"wrong level","replacement":{"dose_level":2,"usubjid":"A-001"},"replacement_kind":"participant-enrolled.2"},"by":"Dr Åse Noël","kind":"corrected.1","provenance":null}', 'b67ba50aaf291c55a83eeb5c48c4db3889eaf8718c95dbfe004ddf5984c25c93', 'corrected.1', NULL, '2024-03-01T14:00:00.000005+00:00');

--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: released_0001; Owner: -

ALTER TABLE ONLY released_0001.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

--
-- Name: entries entries_pkey; Type: CONSTRAINT; Schema: released_0001; Owner: -

ALTER TABLE ONLY released_0001.entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY ("position");

--
-- Name: entries entries_are_added_at_the_end; Type: TRIGGER; Schema: released_0001; Owner: -

CREATE TRIGGER entries_are_added_at_the_end BEFORE INSERT ON released_0001.entries FOR EACH ROW EXECUTE FUNCTION released_0001.entries_follow_the_last();

ALTER TABLE released_0001.entries ENABLE ALWAYS TRIGGER entries_are_added_at_the_end;

--
-- Name: entries entries_are_never_changed; Type: TRIGGER; Schema: released_0001; Owner: -

CREATE TRIGGER entries_are_never_changed BEFORE UPDATE ON released_0001.entries FOR EACH STATEMENT EXECUTE FUNCTION released_0001.entries_stay_as_they_are();

ALTER TABLE released_0001.entries ENABLE ALWAYS TRIGGER entries_are_never_changed;

--
-- Name: entries entries_are_never_removed; Type: TRIGGER; Schema: released_0001; Owner: -

CREATE TRIGGER entries_are_never_removed BEFORE DELETE OR TRUNCATE ON released_0001.entries FOR EACH STATEMENT EXECUTE FUNCTION released_0001.entries_stay_as_they_are();

ALTER TABLE released_0001.entries ENABLE ALWAYS TRIGGER entries_are_never_removed;

--
-- PostgreSQL database dump complete

