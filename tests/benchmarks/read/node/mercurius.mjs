// Mercurius with its JIT: resolvers and loaders by hand, postgres.js with prepared statements.
// The variables of libpq say where the database is, BENCH_PORT where to listen.
import Fastify from "fastify";
import mercurius from "mercurius";
import postgres from "postgres";

// Times stay text: what Postgres prints needs two changes to be RFC 3339.
const time = { to: 1184, from: [1184], serialize: String, parse: (text) => `${text.replace(" ", "T")}:00` };
const sql = postgres({ max: 10, types: { time }, connection: { jit: "off", timezone: "UTC", plan_cache_mode: "force_generic_plan" } });

const schema = `
  type Source { id: ID! name: String! homepageUrl: String }
  type Topic { id: ID! slug: String! name: String! }
  type Image { url: String! }
  type Commenter { displayName: String! }
  type Comment { id: ID! author: Commenter body: String createdAt: String! replies(first: Int = 3): [Comment!]! }
  type Article {
    id: ID! headline: String! lead: String body: String url: String! image: Image language: String!
    publishedAt: String! source: Source! topics: [Topic!]! commentCount: Int! comments(first: Int = 20): [Comment!]!
  }
  type Query {
    articles(topic: String!, first: Int = 20): [Article!]!
    article(id: ID!): Article
    search(query: String!, first: Int = 20): [Article!]!
  }
`;

const card = sql`
  a.id, a.source_id as "sourceId", a.headline, a.lead, a.url, a.language, a.published_text as "publishedAt",
  a.comment_count as "commentCount"`;
const comment = sql`
  c.id, c.author_id as "authorId", c.body_html as body, c.created_at as "createdAt", c.placeholder`;

const resolvers = {
  Query: {
    articles: (_, { topic, first }) => sql`
      select ${card} from article_topics x join articles a on a.id = x.article_id
      where x.topic_id = (select t.id from topics t where t.slug = ${topic}) and a.is_public
      order by x.published_at desc, x.article_id desc limit ${first}`,
    article: async (_, { id }) =>
      (await sql`select ${card}, a.body_html as body from articles a where a.id = ${id} and a.is_public`)[0],
    search: (_, { query, first }) => sql`
      select ${card} from (
        select c.id, floor(ts_rank(c.search, websearch_to_tsquery('simple', ${query}), 1) * 1000000)::integer as score
        from (
          select a.id, a.search from articles a
          where a.search @@ websearch_to_tsquery('simple', ${query}) and a.is_public
          order by a.published_at desc, a.id desc limit 250
        ) c
        order by score desc, c.id desc limit ${first}
      ) r join articles a on a.id = r.id
      order by r.score desc, r.id desc`,
  },
};

// The rows of a batch by the key that each hangs on; the others get none.
const lists = (keys, rows) => {
  const found = new Map(keys.map((key) => [key, []]));
  for (const row of rows) found.get(row.key).push(row);
  return keys.map((key) => found.get(key));
};
const singles = (keys, rows) => {
  const found = new Map(rows.map((row) => [row.key, row]));
  return keys.map((key) => found.get(key) ?? null);
};
const ids = (queries) => queries.map(({ obj }) => obj.id);
const different = (values) => [...new Set(values)].filter((value) => value !== null);
const shown = (rows) => {
  for (const row of rows) if (row.placeholder !== null) row.authorId = row.body = null;
  return rows;
};

const loaders = {
  Article: {
    source: async (queries) => {
      const keys = queries.map(({ obj }) => obj.sourceId);
      return singles(keys, await sql`
        select id as key, id, name, homepage_url as "homepageUrl" from sources where id = any(${different(keys)})`);
    },
    image: async (queries) => singles(ids(queries), await sql`
      select article_id as key, url from images where article_id = any(${ids(queries)}) and position = 0`),
    topics: async (queries) => lists(ids(queries), await sql`
      select x.article_id as key, t.id, t.slug, t.name from article_topics x join topics t on t.id = x.topic_id
      where x.article_id = any(${ids(queries)}) and x.direct order by x.confidence desc, x.topic_id`),
    comments: async (queries) => lists(ids(queries), shown(await sql`
      select o.id as key, c.* from unnest(${ids(queries)}::uuid[]) o (id), lateral (
        select ${comment} from comments c where c.article_id = o.id and c.parent_id is null and c.is_public
        order by c.created_at, c.id limit ${queries[0].params.first}
      ) c`)),
  },
  Comment: {
    author: async (queries) => {
      const keys = queries.map(({ obj }) => obj.authorId);
      return singles(keys, await sql`
        select id as key, display_name as "displayName" from commenters
        where id = any(${different(keys)}) and comment_count > 0`);
    },
    replies: async (queries) => lists(ids(queries), shown(await sql`
      select o.id as key, c.* from unnest(${ids(queries)}::uuid[]) o (id), lateral (
        select ${comment} from comments c where c.parent_id = o.id and c.is_public
        order by c.created_at, c.id limit ${queries[0].params.first}
      ) c`)),
  },
};

const app = Fastify({ logger: false });
app.register(mercurius, { schema, resolvers, loaders, jit: 1, graphiql: false });
await app.listen({ port: Number(process.env.BENCH_PORT), host: "127.0.0.1" });
