"use strict";

// What a visitor finds in the tabs at the first visit; later GraphiQL remembers what was written.
const FIRST_QUERIES = [
  `# Ctrl-Enter (or Cmd-Enter) runs this. The other
# tabs: a search, an article's page, a discussion.
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
  `# Words, "phrases", -excluded ones, OR, and fields:
# headline: source: topic: lang: author:
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
  `# The discussion with the most comments, in the order
# in which it is read.
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

const fetcher = GraphiQL.createFetcher({ url: "/graphql" });
const home = React.createElement("a", { href: "/", className: "broadsheet-mark" }, "Broadsheet");

function Explorer() {
  // A query that a link asks for is shown even to a visitor whose own tabs are remembered.
  const [query, setQuery] = React.useState(asked.get("query") ?? undefined);
  const builder = GraphiQLPluginExplorer.useExplorerPlugin({ query, onEdit: setQuery, showAttribution: false });
  return React.createElement(
    GraphiQL,
    {
      fetcher,
      plugins: [builder],
      query,
      onEditQuery: setQuery,
      defaultTabs: tabs,
      defaultEditorToolsVisibility: "variables",
      shouldPersistHeaders: false,
    },
    React.createElement(GraphiQL.Logo, null, home),
  );
}

// The package carries React 17, which has no createRoot.
ReactDOM.render(React.createElement(Explorer), document.getElementById("explorer"));
