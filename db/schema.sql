-- The tables as they stand after all migrations, for reading: nothing runs this file. `make schema` writes it, and
-- a test proves it equal to the migrations. Made by pg_dump, without what only says how to restore.

CREATE SCHEMA jobs;

CREATE TYPE jobs.pgqueuer_status AS ENUM (
    'queued',
    'picked',
    'successful',
    'exception',
    'canceled',
    'deleted',
    'failed'
);

CREATE FUNCTION jobs.fn_pgqueuer_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    to_emit BOOLEAN := false;  -- Flag to decide whether to emit a notification
BEGIN
    -- Check operation type and set the emit flag accordingly
    IF TG_OP = 'UPDATE' AND OLD IS DISTINCT FROM NEW THEN
        to_emit := true;
    ELSIF TG_OP = 'DELETE' THEN
        to_emit := true;
    ELSIF TG_OP = 'INSERT' THEN
        to_emit := true;
    ELSIF TG_OP = 'TRUNCATE' THEN
        to_emit := true;
    END IF;

    -- Perform notification if the emit flag is set
    IF to_emit THEN
        PERFORM pg_notify(
            'ch_pgqueuer',
            json_build_object(
                'channel', 'ch_pgqueuer',
                'operation', lower(TG_OP),
                'sent_at', NOW(),
                'table', TG_TABLE_NAME,
                'type', 'table_changed_event'
            )::text
        );
    END IF;

    -- Return appropriate value based on the operation
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSE
        RETURN NULL; -- For TRUNCATE and other non-row-specific contexts
    END IF;

END;
$$;

CREATE FUNCTION public.search_from(keys integer[]) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (((keys)[1] >> 4) << (2 * ((keys)[1] & 15)));

CREATE FUNCTION public.search_in_range(words text, since integer, upto integer) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT (string_agg(replace(search_in_range.words, '~'::text, ((volume.volume)::text || '~'::text)), '|'::text))::tsquery AS string_agg FROM generate_series(search_in_range.since, search_in_range.upto) volume(volume));

CREATE FUNCTION public.search_in_span(words text, keys integer[], first integer) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN public.search_in_range(words, GREATEST((public.search_from(keys) >> 11), first), ((((((keys)[cardinality(keys)] >> 4) + 1) << (2 * ((keys)[1] & 15))) - 1) >> 11));

CREATE FUNCTION public.search_in_volumes(words text, since integer, upto integer) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE (upto - since) WHEN 0 THEN (replace(words, '~'::text, ((upto)::text || '~'::text)))::tsquery WHEN 1 THEN (((replace(words, '~'::text, ((since)::text || '~'::text)) || '|'::text) || replace(words, '~'::text, ((upto)::text || '~'::text))))::tsquery ELSE public.search_in_range(words, since, upto) END;

CREATE FUNCTION public.search_period(at timestamp with time zone) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN GREATEST((floor((date_part('epoch'::text, (at - '1970-01-01 00:00:00+00'::timestamp with time zone)) / (14400)::double precision)))::integer, 0);

CREATE FUNCTION public.search_periods(at timestamp with time zone) RETURNS integer[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY[(public.search_period(at) * 16), (((public.search_period(at) >> 2) * 16) + 1), (((public.search_period(at) >> 4) * 16) + 2), (((public.search_period(at) >> 6) * 16) + 3), (((public.search_period(at) >> 8) * 16) + 4), (((public.search_period(at) >> 10) * 16) + 5), (((public.search_period(at) >> 12) * 16) + 6), (((public.search_period(at) >> 14) * 16) + 7), (((public.search_period(at) >> 16) * 16) + 8)];

CREATE FUNCTION public.search_spans(upto timestamp with time zone) RETURNS SETOF integer[]
    LANGUAGE sql IMMUTABLE ROWS 9 PARALLEL SAFE
    BEGIN ATOMIC
 SELECT ARRAY( SELECT ((period.period * 16) + length.length)
            FROM generate_series((((l.last - 1) >> 2) * 4), (l.last - 1)) period(period)) AS "array"
    FROM generate_series(0, 8) length(length),
     LATERAL ( SELECT (((public.search_period(search_spans.upto) + 1) - (((1 << (2 * length.length)) - 1) / 3)) >> (2 * length.length)) AS last) l
   WHERE (l.last > 0)
   ORDER BY length.length;
END;

CREATE FUNCTION public.search_volume(at timestamp with time zone) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (public.search_period(at) >> 11);

CREATE FUNCTION public.search_volumes(first integer, last integer) RETURNS TABLE(since integer, upto integer)
    LANGUAGE sql IMMUTABLE ROWS 3 PARALLEL SAFE
    BEGIN ATOMIC
 SELECT GREATEST((search_volumes.last - look.oldest), search_volumes.first) AS "greatest",
     (search_volumes.last - look.newest)
    FROM ( VALUES (0,0), (1,1), (2,2), (3,3), (4,5), (6,9), (10,17), (18,33), (34,65), (66,129), (130,(1 << 20))) look(newest, oldest)
   WHERE ((search_volumes.last - look.newest) >= search_volumes.first);
END;

CREATE FUNCTION public.search_words(at timestamp with time zone, words tsvector) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_to_tsvector(string_to_array((((public.search_volume(at))::text || '~'::text) || array_to_string(tsvector_to_array(words), ((' '::text || (public.search_volume(at))::text) || '~'::text))), ' '::text));

CREATE TABLE jobs.pgqueuer (
    id bigint NOT NULL,
    priority integer NOT NULL,
    queue_manager_id uuid,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    execute_after timestamp with time zone DEFAULT now() NOT NULL,
    status jobs.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL,
    dedupe_key text,
    payload bytea,
    headers jsonb,
    attempts integer DEFAULT 0 NOT NULL,
    slot bigint
);

CREATE SEQUENCE jobs.pgqueuer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE jobs.pgqueuer_id_seq OWNED BY jobs.pgqueuer.id;

CREATE TABLE jobs.pgqueuer_log (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    job_id bigint NOT NULL,
    status jobs.pgqueuer_status NOT NULL,
    priority integer NOT NULL,
    entrypoint text NOT NULL,
    traceback jsonb,
    aggregated boolean DEFAULT false
);

ALTER TABLE jobs.pgqueuer_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME jobs.pgqueuer_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE jobs.pgqueuer_schedules (
    id bigint NOT NULL,
    expression text NOT NULL,
    entrypoint text NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    next_run timestamp with time zone DEFAULT now() NOT NULL,
    last_run timestamp with time zone,
    status jobs.pgqueuer_status DEFAULT 'queued'::jobs.pgqueuer_status
);

CREATE SEQUENCE jobs.pgqueuer_schedules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE jobs.pgqueuer_schedules_id_seq OWNED BY jobs.pgqueuer_schedules.id;

CREATE TABLE jobs.pgqueuer_statistics (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT date_trunc('sec'::text, now()) NOT NULL,
    count bigint NOT NULL,
    priority integer NOT NULL,
    status jobs.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL
);

CREATE SEQUENCE jobs.pgqueuer_statistics_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE jobs.pgqueuer_statistics_id_seq OWNED BY jobs.pgqueuer_statistics.id;

CREATE TABLE public.article_authors (
    article_id uuid NOT NULL,
    "position" integer NOT NULL,
    author_id uuid NOT NULL,
    published_at timestamp with time zone NOT NULL
);

CREATE TABLE public.article_keys (
    kind text NOT NULL,
    scope text NOT NULL,
    value text NOT NULL,
    article_id uuid NOT NULL
);

CREATE TABLE public.article_topics (
    article_id uuid NOT NULL,
    topic_id uuid NOT NULL,
    direct boolean NOT NULL,
    confidence real NOT NULL,
    assigned_by text NOT NULL,
    published_at timestamp with time zone NOT NULL,
    CONSTRAINT article_topics_assigned_by_check CHECK ((assigned_by = ANY (ARRAY['PUBLISHER'::text, 'CLASSIFIER'::text, 'EDITOR'::text]))),
    CONSTRAINT article_topics_confidence_check CHECK (((confidence >= (0)::double precision) AND (confidence <= (1)::double precision)))
);

CREATE TABLE public.articles (
    id uuid NOT NULL,
    source_id uuid NOT NULL,
    url text NOT NULL,
    kind text DEFAULT 'TEXT'::text NOT NULL,
    status text DEFAULT 'USABLE'::text NOT NULL,
    is_public boolean NOT NULL,
    headline text NOT NULL,
    lead text,
    body_html text,
    body_text text,
    body_extent text NOT NULL,
    byline text,
    dateline text,
    section text,
    credit text,
    rights_holder text,
    rights_notice text,
    rights_terms text,
    embargoed_until timestamp with time zone,
    expires_at timestamp with time zone,
    language text NOT NULL,
    categories text[] DEFAULT '{}'::text[] NOT NULL,
    published_at timestamp with time zone NOT NULL,
    published_text text NOT NULL,
    published_estimated boolean NOT NULL,
    updated_at timestamp with time zone,
    updated_text text,
    sort_updated_at timestamp with time zone NOT NULL,
    first_seen_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    word_count integer NOT NULL,
    has_image boolean NOT NULL,
    comment_count integer DEFAULT 0 NOT NULL,
    comments_open boolean DEFAULT true NOT NULL,
    content_hash bytea NOT NULL,
    search tsvector NOT NULL,
    page_html text,
    page_text text,
    page_extent text DEFAULT 'NONE'::text NOT NULL,
    page_fetched_at timestamp with time zone,
    subjects text[] DEFAULT '{}'::text[] NOT NULL,
    comments_premoderated boolean DEFAULT false NOT NULL,
    comments_close_at timestamp with time zone,
    CONSTRAINT articles_body_extent_check CHECK ((body_extent = ANY (ARRAY['FULL'::text, 'EXCERPT'::text, 'NONE'::text]))),
    CONSTRAINT articles_kind_check CHECK ((kind = ANY (ARRAY['TEXT'::text, 'LIVE'::text, 'VIDEO'::text, 'AUDIO'::text, 'GALLERY'::text]))),
    CONSTRAINT articles_page_extent_check CHECK ((page_extent = ANY (ARRAY['NONE'::text, 'EXCERPT'::text, 'FULL'::text]))),
    CONSTRAINT articles_page_whole CHECK ((((page_html IS NULL) = (page_extent = 'NONE'::text)) AND ((page_html IS NULL) = (page_fetched_at IS NULL)))),
    CONSTRAINT articles_status_check CHECK ((status = ANY (ARRAY['USABLE'::text, 'WITHHELD'::text, 'CANCELED'::text])))
)
WITH (toast_tuple_target='4096');
ALTER TABLE ONLY public.articles ALTER COLUMN url SET STORAGE MAIN;
ALTER TABLE ONLY public.articles ALTER COLUMN headline SET STORAGE MAIN;
ALTER TABLE ONLY public.articles ALTER COLUMN lead SET STORAGE MAIN;
ALTER TABLE ONLY public.articles ALTER COLUMN search SET STORAGE MAIN;

CREATE TABLE public.authors (
    id uuid NOT NULL,
    source_id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    folded_name text NOT NULL,
    url text,
    article_count integer DEFAULT 0 NOT NULL
);

CREATE UNLOGGED TABLE public.budgets (
    bucket text NOT NULL,
    period bigint NOT NULL,
    spent bigint NOT NULL,
    changed_at timestamp with time zone NOT NULL
);

CREATE TABLE public.changes (
    seq bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    kind text NOT NULL,
    node text NOT NULL,
    article_id uuid,
    was jsonb DEFAULT '{}'::jsonb NOT NULL
);

ALTER TABLE public.changes ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.changes_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.commenters (
    id uuid NOT NULL,
    display_name text NOT NULL,
    role text DEFAULT 'COMMENTER'::text NOT NULL,
    comment_count integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    state text DEFAULT 'ACTIVE'::text NOT NULL,
    state_until timestamp with time zone,
    CONSTRAINT commenters_role_check CHECK ((role = ANY (ARRAY['COMMENTER'::text, 'MEMBER'::text, 'STAFF'::text, 'MODERATOR'::text, 'ADMIN'::text]))),
    CONSTRAINT commenters_state_check CHECK ((state = ANY (ARRAY['ACTIVE'::text, 'PREMODERATED'::text, 'SUSPENDED'::text, 'BANNED'::text])))
);

CREATE TABLE public.comments (
    id uuid NOT NULL,
    article_id uuid NOT NULL,
    parent_id uuid,
    author_id uuid,
    depth integer NOT NULL,
    thread_key bytea NOT NULL,
    body_html text,
    body_text text,
    status text NOT NULL,
    placeholder text,
    is_public boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    edited_at timestamp with time zone,
    reply_count integer DEFAULT 0 NOT NULL,
    reaction_count integer DEFAULT 0 NOT NULL,
    body_markdown text,
    flag_count integer DEFAULT 0 NOT NULL,
    editable_until timestamp with time zone,
    CONSTRAINT comments_placeholder_check CHECK ((placeholder = ANY (ARRAY['DELETED'::text, 'REMOVED'::text, 'ERASED'::text]))),
    CONSTRAINT comments_status_check CHECK ((status = ANY (ARRAY['PUBLISHED'::text, 'APPROVED'::text, 'PENDING'::text, 'WITHHELD'::text, 'REJECTED'::text])))
);

CREATE TABLE public.decisions (
    id uuid NOT NULL,
    comment_id uuid,
    commenter_id uuid,
    article_id uuid,
    status text,
    state text,
    state_until timestamp with time zone,
    comments_open boolean,
    reason text,
    note text,
    rule text,
    decided_at timestamp with time zone NOT NULL,
    decided_by uuid,
    premoderated boolean,
    closes_at timestamp with time zone,
    CONSTRAINT decisions_check CHECK ((num_nonnulls(comment_id, commenter_id, article_id) = 1)),
    CONSTRAINT decisions_check1 CHECK (((comment_id IS NULL) = (status IS NULL))),
    CONSTRAINT decisions_check2 CHECK (((commenter_id IS NULL) = (state IS NULL))),
    CONSTRAINT decisions_check3 CHECK (((article_id IS NULL) = (comments_open IS NULL))),
    CONSTRAINT decisions_state_check CHECK ((state = ANY (ARRAY['ACTIVE'::text, 'PREMODERATED'::text, 'SUSPENDED'::text, 'BANNED'::text]))),
    CONSTRAINT decisions_status_check CHECK ((status = ANY (ARRAY['PUBLISHED'::text, 'APPROVED'::text, 'PENDING'::text, 'WITHHELD'::text, 'REJECTED'::text])))
);

CREATE TABLE public.enclosures (
    article_id uuid NOT NULL,
    "position" integer NOT NULL,
    url text NOT NULL,
    mime_type text,
    byte_length integer,
    duration_seconds integer
);

CREATE TABLE public.entries (
    feed_id uuid NOT NULL,
    content_hash bytea NOT NULL,
    article_id uuid,
    set_aside text,
    raw jsonb,
    first_seen_at timestamp with time zone NOT NULL,
    CONSTRAINT entries_check CHECK (((article_id IS NULL) = (set_aside IS NOT NULL)))
);

CREATE TABLE public.feeds (
    id uuid NOT NULL,
    url text NOT NULL,
    source_id uuid,
    title text,
    site_url text,
    language text,
    document_hash bytea,
    created_at timestamp with time zone NOT NULL,
    standing text DEFAULT 'UNPOLLED'::text NOT NULL,
    host text DEFAULT ''::text NOT NULL,
    next_check_at timestamp with time zone DEFAULT 'infinity'::timestamp with time zone NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    last_attempt_at timestamp with time zone,
    last_success_at timestamp with time zone,
    last_error_at timestamp with time zone,
    last_error_kind text DEFAULT ''::text NOT NULL,
    last_error text DEFAULT ''::text NOT NULL,
    errors integer DEFAULT 0 NOT NULL,
    unfinished integer DEFAULT 0 NOT NULL,
    etag text DEFAULT ''::text NOT NULL,
    last_modified text DEFAULT ''::text NOT NULL,
    validated_url text DEFAULT ''::text NOT NULL,
    max_age interval,
    expires_in interval,
    retry_after interval,
    ttl interval,
    skip_hours smallint[] DEFAULT '{}'::smallint[] NOT NULL,
    skip_days smallint[] DEFAULT '{}'::smallint[] NOT NULL,
    CONSTRAINT feeds_error_has_time CHECK (((last_error_at IS NULL) = (last_error_kind = ''::text))),
    CONSTRAINT feeds_polled_or_never CHECK (((standing = 'ACTIVE'::text) = (next_check_at < 'infinity'::timestamp with time zone))),
    CONSTRAINT feeds_standing_check CHECK ((standing = ANY (ARRAY['UNPOLLED'::text, 'ACTIVE'::text, 'PAUSED'::text, 'ENDED'::text])))
);

CREATE TABLE public.flags (
    id uuid NOT NULL,
    comment_id uuid NOT NULL,
    commenter_id uuid,
    reason text NOT NULL,
    note text,
    rule text,
    created_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    CONSTRAINT flags_reason_check CHECK ((reason = ANY (ARRAY['OFFENSIVE'::text, 'ABUSIVE'::text, 'SPAM'::text, 'OTHER'::text])))
);

CREATE TABLE public.idempotency_keys (
    commenter_id uuid NOT NULL,
    key text NOT NULL,
    input_hash bytea NOT NULL,
    comment_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.identities (
    issuer text NOT NULL,
    subject text NOT NULL,
    commenter_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.images (
    article_id uuid NOT NULL,
    "position" integer NOT NULL,
    url text NOT NULL,
    alt text,
    caption text,
    credit text,
    width integer,
    height integer
);

CREATE TABLE public.key_secrets (
    prefix text NOT NULL,
    key_id uuid NOT NULL,
    hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone
);

CREATE TABLE public.key_sources (
    key_id uuid NOT NULL,
    source_id uuid NOT NULL
);

CREATE TABLE public.keys (
    id uuid NOT NULL,
    name text NOT NULL,
    publishable boolean NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone
);

CREATE TABLE public.keys_version (
    version bigint NOT NULL
);

CREATE TABLE public.log (
    id uuid NOT NULL,
    started_at timestamp with time zone NOT NULL
);

CREATE TABLE public.paces (
    commenter_id uuid NOT NULL,
    kind text NOT NULL,
    until timestamp with time zone NOT NULL,
    key text
);

CREATE TABLE public.page_fetches (
    article_id uuid NOT NULL,
    host text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    began_at timestamp with time zone
);

CREATE TABLE public.reactions (
    comment_id uuid NOT NULL,
    commenter_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.revisions (
    id uuid NOT NULL,
    article_id uuid NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    content_hash bytea NOT NULL,
    headline text NOT NULL,
    lead text,
    body_html text,
    body_text text,
    from_page boolean DEFAULT false NOT NULL
);

CREATE TABLE public.slugs (
    noun text NOT NULL,
    slug text NOT NULL,
    id uuid NOT NULL,
    CONSTRAINT slugs_noun_check CHECK ((noun = ANY (ARRAY['source'::text, 'topic'::text, 'author'::text])))
);

CREATE TABLE public.source_hosts (
    host text NOT NULL,
    source_id uuid NOT NULL
);

CREATE TABLE public.sources (
    id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    sort_name text NOT NULL COLLATE pg_catalog."C",
    publisher text,
    homepage_url text,
    logo_url text,
    language text,
    country text,
    description text,
    body_policy text DEFAULT 'FULL'::text NOT NULL,
    article_count integer DEFAULT 0 NOT NULL,
    latest_article_at timestamp with time zone,
    sort_latest_at timestamp with time zone DEFAULT '0001-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    serves_pages boolean DEFAULT false NOT NULL,
    fetches_pages boolean DEFAULT false NOT NULL,
    CONSTRAINT sources_body_policy_check CHECK ((body_policy = ANY (ARRAY['FULL'::text, 'EXCERPT'::text, 'HEADLINE'::text])))
);

CREATE TABLE public.topic_map (
    category text NOT NULL COLLATE pg_catalog."C",
    printed text NOT NULL,
    topic_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.topic_meaning (
    version bigint NOT NULL
);

CREATE TABLE public.topic_names (
    topic_id uuid NOT NULL,
    language text NOT NULL,
    folded text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE public.topics (
    id uuid NOT NULL,
    slug text NOT NULL,
    code text,
    name text NOT NULL,
    sort_name text NOT NULL COLLATE pg_catalog."C",
    names jsonb DEFAULT '{}'::jsonb NOT NULL,
    broader_id uuid,
    article_count integer DEFAULT 0 NOT NULL,
    retired_at timestamp with time zone
);

CREATE VIEW public.under_way AS
 SELECT feeds.host,
    feeds.last_attempt_at AS began_at
   FROM public.feeds
  WHERE (feeds.unfinished > 0)
UNION ALL
 SELECT page_fetches.host,
    page_fetches.began_at
   FROM public.page_fetches
  WHERE (page_fetches.began_at IS NOT NULL);

CREATE TABLE public.withholdings (
    id uuid NOT NULL,
    article_id uuid NOT NULL,
    reason text NOT NULL,
    withheld_at timestamp with time zone NOT NULL,
    restored_at timestamp with time zone
);

CREATE TABLE public.workers (
    id uuid NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    beat_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY jobs.pgqueuer ALTER COLUMN id SET DEFAULT nextval('jobs.pgqueuer_id_seq'::regclass);

ALTER TABLE ONLY jobs.pgqueuer_schedules ALTER COLUMN id SET DEFAULT nextval('jobs.pgqueuer_schedules_id_seq'::regclass);

ALTER TABLE ONLY jobs.pgqueuer_statistics ALTER COLUMN id SET DEFAULT nextval('jobs.pgqueuer_statistics_id_seq'::regclass);

ALTER TABLE ONLY jobs.pgqueuer_log
    ADD CONSTRAINT pgqueuer_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY jobs.pgqueuer
    ADD CONSTRAINT pgqueuer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY jobs.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_expression_entrypoint_key UNIQUE (expression, entrypoint);

ALTER TABLE ONLY jobs.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY jobs.pgqueuer_statistics
    ADD CONSTRAINT pgqueuer_statistics_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.article_authors
    ADD CONSTRAINT article_authors_pkey PRIMARY KEY (article_id, author_id);

ALTER TABLE public.article_keys
    ADD CONSTRAINT article_keys_kind_check CHECK ((kind = ANY (ARRAY['guid'::text, 'url'::text, 'withheld'::text]))) NOT VALID;

ALTER TABLE ONLY public.article_keys
    ADD CONSTRAINT article_keys_pkey PRIMARY KEY (kind, scope, value);

ALTER TABLE ONLY public.article_topics
    ADD CONSTRAINT article_topics_pkey PRIMARY KEY (article_id, topic_id);

ALTER TABLE ONLY public.articles
    ADD CONSTRAINT articles_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.authors
    ADD CONSTRAINT authors_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.authors
    ADD CONSTRAINT authors_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.authors
    ADD CONSTRAINT authors_source_id_folded_name_key UNIQUE (source_id, folded_name);

ALTER TABLE ONLY public.budgets
    ADD CONSTRAINT budgets_pkey PRIMARY KEY (bucket);

ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY public.commenters
    ADD CONSTRAINT commenters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.enclosures
    ADD CONSTRAINT enclosures_pkey PRIMARY KEY (article_id, "position");

ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (feed_id, content_hash);

ALTER TABLE ONLY public.feeds
    ADD CONSTRAINT feeds_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.feeds
    ADD CONSTRAINT feeds_url_key UNIQUE (url);

ALTER TABLE ONLY public.flags
    ADD CONSTRAINT flags_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (commenter_id, key);

ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_pkey PRIMARY KEY (issuer, subject);

ALTER TABLE ONLY public.images
    ADD CONSTRAINT images_pkey PRIMARY KEY (article_id, "position");

ALTER TABLE ONLY public.key_secrets
    ADD CONSTRAINT key_secrets_pkey PRIMARY KEY (prefix);

ALTER TABLE ONLY public.key_sources
    ADD CONSTRAINT key_sources_pkey PRIMARY KEY (key_id, source_id);

ALTER TABLE ONLY public.keys
    ADD CONSTRAINT keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.log
    ADD CONSTRAINT log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.paces
    ADD CONSTRAINT paces_pkey PRIMARY KEY (commenter_id, kind);

ALTER TABLE ONLY public.page_fetches
    ADD CONSTRAINT page_fetches_pkey PRIMARY KEY (article_id);

ALTER TABLE ONLY public.reactions
    ADD CONSTRAINT reactions_pkey PRIMARY KEY (comment_id, commenter_id);

ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT revisions_article_id_content_hash_key UNIQUE (article_id, content_hash);

ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT revisions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.slugs
    ADD CONSTRAINT slugs_pkey PRIMARY KEY (noun, slug);

ALTER TABLE ONLY public.source_hosts
    ADD CONSTRAINT source_hosts_pkey PRIMARY KEY (host);

ALTER TABLE ONLY public.sources
    ADD CONSTRAINT sources_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sources
    ADD CONSTRAINT sources_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.topic_map
    ADD CONSTRAINT topic_map_pkey PRIMARY KEY (category);

ALTER TABLE ONLY public.topic_names
    ADD CONSTRAINT topic_names_pkey PRIMARY KEY (topic_id, language);

ALTER TABLE ONLY public.topics
    ADD CONSTRAINT topics_code_key UNIQUE (code);

ALTER TABLE ONLY public.topics
    ADD CONSTRAINT topics_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.topics
    ADD CONSTRAINT topics_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.withholdings
    ADD CONSTRAINT withholdings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (id);

CREATE INDEX pgqueuer_ep_ea_idx ON jobs.pgqueuer USING btree (entrypoint, execute_after) WHERE (status = 'queued'::jobs.pgqueuer_status);

CREATE INDEX pgqueuer_ep_prio_id_idx ON jobs.pgqueuer USING btree (entrypoint, priority DESC, id) WHERE (status = 'queued'::jobs.pgqueuer_status);

CREATE INDEX pgqueuer_log_created ON jobs.pgqueuer_log USING btree (created);

CREATE INDEX pgqueuer_log_job_id_status ON jobs.pgqueuer_log USING btree (job_id, created DESC);

CREATE INDEX pgqueuer_log_not_aggregated ON jobs.pgqueuer_log USING btree ((1)) WHERE (NOT aggregated);

CREATE INDEX pgqueuer_log_status ON jobs.pgqueuer_log USING btree (status);

CREATE INDEX pgqueuer_picked_heartbeat_idx ON jobs.pgqueuer USING btree (heartbeat) WHERE (status = 'picked'::jobs.pgqueuer_status);

CREATE UNIQUE INDEX pgqueuer_picked_slot_idx ON jobs.pgqueuer USING btree (entrypoint, slot) WHERE ((status = 'picked'::jobs.pgqueuer_status) AND (slot IS NOT NULL));

CREATE INDEX pgqueuer_priority_id_id1_idx ON jobs.pgqueuer USING btree (priority, id DESC) INCLUDE (id) WHERE (status = 'queued'::jobs.pgqueuer_status);

CREATE INDEX pgqueuer_queue_manager_id_idx ON jobs.pgqueuer USING btree (queue_manager_id) WHERE (queue_manager_id IS NOT NULL);

CREATE UNIQUE INDEX pgqueuer_statistics_unique_count ON jobs.pgqueuer_statistics USING btree (priority, date_trunc('sec'::text, timezone('UTC'::text, created)), status, entrypoint);

CREATE UNIQUE INDEX pgqueuer_unique_dedupe_key ON jobs.pgqueuer USING btree (dedupe_key) WHERE ((status = ANY (ARRAY['queued'::jobs.pgqueuer_status, 'picked'::jobs.pgqueuer_status])) AND (dedupe_key IS NOT NULL));

CREATE INDEX pgqueuer_updated_id_id1_idx ON jobs.pgqueuer USING btree (updated, id DESC) INCLUDE (id) WHERE (status = 'picked'::jobs.pgqueuer_status);

CREATE INDEX article_authors_by_time ON public.article_authors USING btree (author_id, published_at DESC, article_id DESC);

CREATE INDEX article_keys_by_article ON public.article_keys USING btree (article_id, kind, value);

CREATE INDEX article_topics_by_time ON public.article_topics USING btree (topic_id, published_at DESC, article_id DESC);

CREATE INDEX article_topics_direct ON public.article_topics USING btree (article_id, confidence DESC, topic_id) WHERE direct;

CREATE INDEX articles_by_comments ON public.articles USING btree (comment_count DESC, id DESC) WHERE is_public;

CREATE INDEX articles_by_published ON public.articles USING btree (published_at DESC, id DESC) WHERE is_public;

CREATE INDEX articles_by_source ON public.articles USING btree (source_id, published_at DESC, id DESC) WHERE is_public;

CREATE INDEX articles_by_updated ON public.articles USING btree (sort_updated_at DESC, id DESC) WHERE is_public;

CREATE INDEX articles_by_url ON public.articles USING btree (url);

CREATE INDEX articles_by_words ON public.articles USING gin (public.search_periods(published_at), public.search_words(published_at, search)) WITH (fastupdate=off);

CREATE INDEX articles_closing ON public.articles USING btree (comments_close_at, id) WHERE (comments_open AND (comments_close_at IS NOT NULL));

CREATE INDEX articles_commented ON public.articles USING btree (published_at, id) WHERE (comments_open AND (comments_close_at IS NULL));

CREATE INDEX articles_embargoed ON public.articles USING btree (embargoed_until) WHERE ((embargoed_until IS NOT NULL) AND (NOT is_public) AND (status = 'USABLE'::text));

CREATE INDEX articles_expiring ON public.articles USING btree (expires_at) WHERE ((expires_at IS NOT NULL) AND is_public);

CREATE INDEX budgets_by_change ON public.budgets USING btree (changed_at);

CREATE INDEX changes_by_article ON public.changes USING btree (article_id, seq);

CREATE INDEX commenters_by_state_until ON public.commenters USING btree (state_until) WHERE (state_until IS NOT NULL);

CREATE INDEX comments_all_replies ON public.comments USING btree (parent_id, created_at, id);

CREATE INDEX comments_all_roots ON public.comments USING btree (article_id, created_at, id) WHERE (parent_id IS NULL);

CREATE INDEX comments_all_thread ON public.comments USING btree (article_id, thread_key, id);

CREATE INDEX comments_by_author ON public.comments USING btree (author_id, created_at DESC, id DESC);

CREATE INDEX comments_pending ON public.comments USING btree (created_at, id) WHERE ((status = ANY (ARRAY['PENDING'::text, 'WITHHELD'::text])) AND ((placeholder IS NULL) OR (placeholder = 'REMOVED'::text)));

CREATE INDEX comments_replies ON public.comments USING btree (parent_id, created_at, id) WHERE is_public;

CREATE INDEX comments_reported ON public.comments USING btree (created_at, id) WHERE (flag_count > 0);

CREATE INDEX comments_roots ON public.comments USING btree (article_id, created_at, id) WHERE ((parent_id IS NULL) AND is_public);

CREATE INDEX comments_roots_by_reactions ON public.comments USING btree (article_id, reaction_count DESC, id DESC) WHERE (parent_id IS NULL);

CREATE INDEX comments_roots_by_replies ON public.comments USING btree (article_id, reply_count DESC, id DESC) WHERE (parent_id IS NULL);

CREATE INDEX comments_thread ON public.comments USING btree (article_id, thread_key, id) WHERE is_public;

CREATE INDEX comments_unmoderated ON public.comments USING btree (created_at, id) WHERE ((status = ANY (ARRAY['PUBLISHED'::text, 'PENDING'::text, 'WITHHELD'::text])) AND ((placeholder IS NULL) OR (placeholder = 'REMOVED'::text)));

CREATE INDEX decisions_by_article ON public.decisions USING btree (article_id, decided_at, id) WHERE (article_id IS NOT NULL);

CREATE INDEX decisions_by_comment ON public.decisions USING btree (comment_id, decided_at, id) WHERE (comment_id IS NOT NULL);

CREATE INDEX decisions_by_commenter ON public.decisions USING btree (commenter_id, decided_at, id) WHERE (commenter_id IS NOT NULL);

CREATE INDEX decisions_of_moderator ON public.decisions USING btree (decided_by, id) WHERE (decided_by IS NOT NULL);

CREATE INDEX entries_by_article ON public.entries USING btree (article_id);

CREATE INDEX entries_by_time ON public.entries USING btree (feed_id, first_seen_at);

CREATE INDEX feeds_by_document ON public.feeds USING btree (document_hash);

CREATE INDEX feeds_by_source ON public.feeds USING btree (source_id);

CREATE INDEX feeds_due ON public.feeds USING btree (next_check_at) WHERE (standing = 'ACTIVE'::text);

CREATE INDEX feeds_under_way ON public.feeds USING btree (host) WHERE (unfinished > 0);

CREATE INDEX flags_by_comment ON public.flags USING btree (comment_id, created_at, id);

CREATE INDEX flags_of_commenter ON public.flags USING btree (commenter_id, id) WHERE (commenter_id IS NOT NULL);

CREATE UNIQUE INDEX flags_once ON public.flags USING btree (comment_id, commenter_id) WHERE (commenter_id IS NOT NULL);

CREATE INDEX idempotency_keys_by_age ON public.idempotency_keys USING btree (created_at);

CREATE INDEX identities_by_commenter ON public.identities USING btree (commenter_id);

CREATE INDEX key_secrets_by_key ON public.key_secrets USING btree (key_id);

CREATE INDEX key_sources_by_source ON public.key_sources USING btree (source_id);

CREATE INDEX page_fetches_by_host ON public.page_fetches USING btree (host, due_at, article_id);

CREATE INDEX page_fetches_under_way ON public.page_fetches USING btree (host) WHERE (began_at IS NOT NULL);

CREATE INDEX reactions_of_commenter ON public.reactions USING btree (commenter_id, comment_id);

CREATE INDEX revisions_by_article ON public.revisions USING btree (article_id, seen_at DESC, id DESC);

CREATE INDEX sources_by_latest ON public.sources USING btree (sort_latest_at DESC, id DESC);

CREATE INDEX sources_by_name ON public.sources USING btree (sort_name, id);

CREATE INDEX topic_names_by_name ON public.topic_names USING btree (folded, topic_id);

CREATE INDEX topics_by_articles ON public.topics USING btree (article_count DESC, id DESC);

CREATE INDEX topics_by_broader ON public.topics USING btree (broader_id, sort_name, id);

CREATE INDEX topics_by_name ON public.topics USING btree (sort_name, id);

CREATE INDEX withholdings_by_article ON public.withholdings USING btree (article_id, withheld_at);

CREATE UNIQUE INDEX withholdings_open ON public.withholdings USING btree (article_id) WHERE (restored_at IS NULL);

CREATE INDEX workers_by_beat ON public.workers USING btree (beat_at);

CREATE TRIGGER tg_pgqueuer_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON jobs.pgqueuer FOR EACH STATEMENT EXECUTE FUNCTION jobs.fn_pgqueuer_changed();

ALTER TABLE ONLY public.article_authors
    ADD CONSTRAINT article_authors_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.articles(id);

ALTER TABLE ONLY public.article_authors
    ADD CONSTRAINT article_authors_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.authors(id);

ALTER TABLE ONLY public.article_keys
    ADD CONSTRAINT article_keys_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.articles(id);

ALTER TABLE ONLY public.article_topics
    ADD CONSTRAINT article_topics_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.articles(id);

ALTER TABLE ONLY public.article_topics
    ADD CONSTRAINT article_topics_topic_id_fkey FOREIGN KEY (topic_id) REFERENCES public.topics(id);

ALTER TABLE ONLY public.articles
    ADD CONSTRAINT articles_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.sources(id);

ALTER TABLE ONLY public.authors
    ADD CONSTRAINT authors_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.sources(id);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.articles(id);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.commenters(id);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.comments(id);

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.articles(id);

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_comment_id_fkey FOREIGN KEY (comment_id) REFERENCES public.comments(id);

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_commenter_id_fkey FOREIGN KEY (commenter_id) REFERENCES public.commenters(id);

ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.commenters(id);

ALTER TABLE ONLY public.enclosures
    ADD CONSTRAINT enclosures_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.articles(id);

ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.articles(id);

ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES public.feeds(id);

ALTER TABLE ONLY public.feeds
    ADD CONSTRAINT feeds_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.sources(id);

ALTER TABLE ONLY public.flags
    ADD CONSTRAINT flags_comment_id_fkey FOREIGN KEY (comment_id) REFERENCES public.comments(id);

ALTER TABLE ONLY public.flags
    ADD CONSTRAINT flags_commenter_id_fkey FOREIGN KEY (commenter_id) REFERENCES public.commenters(id);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_commenter_id_fkey FOREIGN KEY (commenter_id) REFERENCES public.commenters(id);

ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_commenter_id_fkey FOREIGN KEY (commenter_id) REFERENCES public.commenters(id);

ALTER TABLE ONLY public.images
    ADD CONSTRAINT images_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.articles(id);

ALTER TABLE ONLY public.key_secrets
    ADD CONSTRAINT key_secrets_key_id_fkey FOREIGN KEY (key_id) REFERENCES public.keys(id);

ALTER TABLE ONLY public.key_sources
    ADD CONSTRAINT key_sources_key_id_fkey FOREIGN KEY (key_id) REFERENCES public.keys(id);

ALTER TABLE ONLY public.key_sources
    ADD CONSTRAINT key_sources_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.sources(id);

ALTER TABLE ONLY public.paces
    ADD CONSTRAINT paces_commenter_id_fkey FOREIGN KEY (commenter_id) REFERENCES public.commenters(id);

ALTER TABLE ONLY public.page_fetches
    ADD CONSTRAINT page_fetches_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.articles(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reactions
    ADD CONSTRAINT reactions_comment_id_fkey FOREIGN KEY (comment_id) REFERENCES public.comments(id);

ALTER TABLE ONLY public.reactions
    ADD CONSTRAINT reactions_commenter_id_fkey FOREIGN KEY (commenter_id) REFERENCES public.commenters(id);

ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT revisions_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.articles(id);

ALTER TABLE ONLY public.source_hosts
    ADD CONSTRAINT source_hosts_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.sources(id);

ALTER TABLE ONLY public.topic_map
    ADD CONSTRAINT topic_map_topic_id_fkey FOREIGN KEY (topic_id) REFERENCES public.topics(id);

ALTER TABLE ONLY public.topic_names
    ADD CONSTRAINT topic_names_topic_id_fkey FOREIGN KEY (topic_id) REFERENCES public.topics(id);

ALTER TABLE ONLY public.topics
    ADD CONSTRAINT topics_broader_id_fkey FOREIGN KEY (broader_id) REFERENCES public.topics(id);

ALTER TABLE ONLY public.withholdings
    ADD CONSTRAINT withholdings_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.articles(id);

