"use strict";

// What a visitor finds in the tabs at the first visit; later GraphiQL remembers what was written.
const FIRST_QUERIES = [
  `# Run this with Ctrl-Enter (or Cmd-Enter). The next tabs hold a search, an article's page and a discussion.
query Latest {
  articles(first: 5) {
    totalCount
    nodes {
      id
      headline
      publishedAt
      source { name }
      commentCount
    }
    pageInfo { endCursor hasNextPage }
  }
}
`,
  `# Words, "phrases", -excluded ones, OR, and fields: headline: source: topic: lang: author:
query Search($words: String!) {
  search(query: $words, first: 5) {
    totalCount
    edges {
      score
      headlineHighlight
      excerpt
      node { id publishedAt source { name } }
    }
  }
}
`,
  `# An article by its id, which the first query answers with.
query ArticlePage($id: ID!) {
  article(by: { id: $id }) {
    headline
    byline
    publishedAt
    source { name homepageUrl }
    image { url caption credit }
    body(as: TEXT)
    topics { confidence topic { name } }
    revisions(first: 5) { nodes { seenAt headline } }
    comments(first: 5) {
      totalCount
      nodes {
        author { displayName }
        body(as: TEXT)
        replies(first: 3) { nodes { author { displayName } body(as: TEXT) } }
      }
    }
  }
}
`,
  `# Where people talk: the discussion of the article with the most comments, in reading order.
query Discussion {
  articles(first: 1, orderBy: MOST_COMMENTED) {
    nodes {
      headline
      commentCount
      thread(first: 20) {
        nodes { depth author { displayName } placeholder createdAt body(as: TEXT) }
      }
    }
  }
}
`,
];

const VARIABLES = [undefined, '{ "words": "city" }', '{ "id": "" }', undefined];

// A link may carry a query: /graphql?query=…&variables=…
const asked = new URLSearchParams(location.search);
const tabs = asked.has("query")
  ? [{ query: asked.get("query"), variables: asked.get("variables") ?? undefined }]
  : FIRST_QUERIES.map((query, n) => ({ query, variables: VARIABLES[n] }));

const home = React.createElement("a", { href: "/", className: "broadsheet-mark" }, "Broadsheet");

ReactDOM.createRoot(document.getElementById("explorer")).render(
  React.createElement(
    GraphiQL,
    {
      fetcher: GraphiQL.createFetcher({ url: "/graphql" }),
      plugins: [GraphiQLPluginExplorer.explorerPlugin()],
      defaultTabs: tabs,
      // What a link asks for is shown even to a visitor whose own tabs are remembered.
      ...(asked.has("query") ? { query: asked.get("query"), variables: asked.get("variables") ?? "" } : {}),
      defaultEditorToolsVisibility: "variables",
      shouldPersistHeaders: false,
      inputValueDeprecation: true,
    },
    React.createElement(GraphiQL.Logo, null, home),
  ),
);
