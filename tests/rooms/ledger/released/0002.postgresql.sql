--
-- PostgreSQL database dump
--

-- Dumped from database version 16.2
-- Dumped by pg_dump version 16.2

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
-- Name: released_0002; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA released_0002;


--
-- Name: entries_follow_the_last(); Type: FUNCTION; Schema: released_0002; Owner: -
--

CREATE FUNCTION released_0002.entries_follow_the_last() RETURNS trigger
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
-- Name: entries_stay_as_they_are(); Type: FUNCTION; Schema: released_0002; Owner: -
--

CREATE FUNCTION released_0002.entries_stay_as_they_are() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            RAISE EXCEPTION 'the ledger is append-only: an entry is never %. Record a correction instead',
                CASE TG_OP WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END USING ERRCODE = 'restrict_violation';
        END $$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: alembic_version; Type: TABLE; Schema: released_0002; Owner: -
--

CREATE TABLE released_0002.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: credentials; Type: TABLE; Schema: released_0002; Owner: -
--

CREATE TABLE released_0002.credentials (
    account character varying(40) NOT NULL,
    password_hash text,
    second_factor text,
    last_step integer,
    failures integer NOT NULL
);


--
-- Name: entries; Type: TABLE; Schema: released_0002; Owner: -
--

CREATE TABLE released_0002.entries (
    "position" integer NOT NULL,
    canonical text NOT NULL,
    digest character varying(64) NOT NULL,
    kind character varying(100) NOT NULL,
    usubjid character varying(40),
    recorded_at character varying(40) NOT NULL,
    CONSTRAINT positions_start_at_1 CHECK (("position" >= 1))
);


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: released_0002; Owner: -
--

INSERT INTO released_0002.alembic_version VALUES ('0002');


--
-- Data for Name: credentials; Type: TABLE DATA; Schema: released_0002; Owner: -
--



--
-- Data for Name: entries; Type: TABLE DATA; Schema: released_0002; Owner: -
--

INSERT INTO released_0002.entries VALUES (1, '{"at":"2024-03-01T10:00:00.000000+00:00","body":{"action":"","ae":"1","after_relapse":null,"aware_on":null,"causality":"","ctcae_term":"","ended_on":null,"expected":null,"grade":1,"infusion_number":1,"narrative":"","on":"2024-03-01","outcome":null,"related":null,"serious":null,"seriousness":[],"soc":"","sponsor_aware_on":null,"term":"batch 0 «é»","usubjid":"S-1"},"by":"Dr Åse Noël","kind":"adverse-event-reported.2","provenance":null}', 'e437a4106fa4bb1104b6a1694a0de27871c8a05530f2ff963672fa45f29a319c', 'adverse-event-reported.2', 'S-1', '2024-03-01T10:00:00.000000+00:00');
INSERT INTO released_0002.entries VALUES (2, '{"at":"2024-03-01T11:00:00.000000+00:00","body":{"action":"","ae":"2","after_relapse":null,"aware_on":null,"causality":"","ctcae_term":"","ended_on":null,"expected":null,"grade":1,"infusion_number":1,"narrative":"","on":"2024-03-01","outcome":null,"related":null,"serious":null,"seriousness":[],"soc":"","sponsor_aware_on":null,"term":"batch 0 «é»","usubjid":"S-2"},"by":"Dr Åse Noël","kind":"adverse-event-reported.2","provenance":null}', '53194021f172dde11d8c72c11a99f3411dcb6acb430fbbc92c3a7f496f427b97', 'adverse-event-reported.2', 'S-2', '2024-03-01T11:00:00.000000+00:00');
INSERT INTO released_0002.entries VALUES (3, '{"at":"2024-03-01T12:00:00.000000+00:00","body":{"action":"","ae":"3","after_relapse":null,"aware_on":null,"causality":"","ctcae_term":"","ended_on":null,"expected":null,"grade":1,"infusion_number":1,"narrative":"","on":"2024-03-01","outcome":null,"related":null,"serious":null,"seriousness":[],"soc":"","sponsor_aware_on":null,"term":"batch 0 «é»","usubjid":"S-0"},"by":"Dr Åse Noël","kind":"adverse-event-reported.2","provenance":null}', '6b6bc68b239b61317ca79be0155d72158dcd236dca3fa7bf1f62f61ae975b50e', 'adverse-event-reported.2', 'S-0', '2024-03-01T12:00:00.000000+00:00');
INSERT INTO released_0002.entries VALUES (4, '{"at":"2024-03-01T13:00:00.000000+00:00","body":{"action":"","ae":"4","after_relapse":null,"aware_on":null,"causality":"","ctcae_term":"","ended_on":null,"expected":null,"grade":1,"infusion_number":1,"narrative":"","on":"2024-03-01","outcome":null,"related":null,"serious":null,"seriousness":[],"soc":"","sponsor_aware_on":null,"term":"batch 0 «é»","usubjid":"S-1"},"by":"Dr Åse Noël","kind":"adverse-event-reported.2","provenance":null}', 'fec4faf95ba9c96acda00cdf6aba155bbeb2de4c327bbae222efa2d92884afb4', 'adverse-event-reported.2', 'S-1', '2024-03-01T13:00:00.000000+00:00');
INSERT INTO released_0002.entries VALUES (5, '{"at":"2024-03-01T14:00:00.000000+00:00","body":{"action":"","ae":"5","after_relapse":null,"aware_on":null,"causality":"","ctcae_term":"","ended_on":null,"expected":null,"grade":1,"infusion_number":1,"narrative":"","on":"2024-03-01","outcome":null,"related":null,"serious":null,"seriousness":[],"soc":"","sponsor_aware_on":null,"term":"batch 0 «é»","usubjid":"S-2"},"by":"Dr Åse Noël","kind":"adverse-event-reported.2","provenance":null}', '8fce7858aa07e2d1119fbb4c75dd0f89d89532e9a911a59b05595345fb49f07a', 'adverse-event-reported.2', 'S-2', '2024-03-01T14:00:00.000000+00:00');
INSERT INTO released_0002.entries VALUES (6, '{"at":"2024-03-01T15:00:00.000000+00:00","body":{"action":"","ae":"6","after_relapse":null,"aware_on":null,"causality":"","ctcae_term":"","ended_on":null,"expected":null,"grade":1,"infusion_number":1,"narrative":"","on":"2024-03-01","outcome":null,"related":null,"serious":null,"seriousness":[],"soc":"","sponsor_aware_on":null,"term":"batch 0 «é»","usubjid":"S-0"},"by":"Dr Åse Noël","kind":"adverse-event-reported.2","provenance":null}', '6f7db65369ade29534e4fc0e41d15898e444cec9deb21d579d2a10b449cd39f2', 'adverse-event-reported.2', 'S-0', '2024-03-01T15:00:00.000000+00:00');


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: released_0002; Owner: -
--

ALTER TABLE ONLY released_0002.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: credentials credentials_pkey; Type: CONSTRAINT; Schema: released_0002; Owner: -
--

ALTER TABLE ONLY released_0002.credentials
    ADD CONSTRAINT credentials_pkey PRIMARY KEY (account);


--
-- Name: entries entries_pkey; Type: CONSTRAINT; Schema: released_0002; Owner: -
--

ALTER TABLE ONLY released_0002.entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY ("position");


--
-- Name: entries entries_are_added_at_the_end; Type: TRIGGER; Schema: released_0002; Owner: -
--

CREATE TRIGGER entries_are_added_at_the_end BEFORE INSERT ON released_0002.entries FOR EACH ROW EXECUTE FUNCTION released_0002.entries_follow_the_last();

ALTER TABLE released_0002.entries ENABLE ALWAYS TRIGGER entries_are_added_at_the_end;


--
-- Name: entries entries_are_never_changed; Type: TRIGGER; Schema: released_0002; Owner: -
--

CREATE TRIGGER entries_are_never_changed BEFORE UPDATE ON released_0002.entries FOR EACH STATEMENT EXECUTE FUNCTION released_0002.entries_stay_as_they_are();

ALTER TABLE released_0002.entries ENABLE ALWAYS TRIGGER entries_are_never_changed;


--
-- Name: entries entries_are_never_removed; Type: TRIGGER; Schema: released_0002; Owner: -
--

CREATE TRIGGER entries_are_never_removed BEFORE DELETE OR TRUNCATE ON released_0002.entries FOR EACH STATEMENT EXECUTE FUNCTION released_0002.entries_stay_as_they_are();

ALTER TABLE released_0002.entries ENABLE ALWAYS TRIGGER entries_are_never_removed;


--
-- PostgreSQL database dump complete
--

