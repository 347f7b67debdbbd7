"use strict";

// The page of moderators: queues, the comment with what stands around it, decisions by keys. All of it is the public
// GraphQL API; texts are set as text, never as markup.
const QUEUE = `query ($queue: ModerationQueue!, $after: String) {
  moderationQueue(queue: $queue, first: 20, after: $after) {
    totalCount
    nodes { id body(as: TEXT) createdAt author { displayName } decisions { note rule } flags { reason note } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const SHOWN = `id body(as: TEXT) status placeholder createdAt author { displayName }`;
const ONE = `query ($id: ID!) {
  comment(id: $id) {
    ${SHOWN}
    article { headline url commentsOpen commentCount }
    parent { ${SHOWN} parent { ${SHOWN} } }
    replies(first: 5) { totalCount nodes { ${SHOWN} } }
    author {
      id displayName role commentCount state stateUntil
      decisions { state until note decidedAt decidedBy { displayName } }
      comments(first: 8) { totalCount nodes { id status body(as: TEXT) createdAt article { headline } } }
    }
    decisions { status reason note rule decidedAt decidedBy { displayName } }
    flags { reason note createdAt }
  }
}`;
const DECIDE = `mutation ($input: ModerateCommentsInput!) {
  moderateComments(input: $input) { comments { id } errors { message } }
}`;
const STATE = `mutation ($input: SetCommenterStateInput!) {
  setCommenterState(input: $input) { commenter { id } errors { message } }
}`;
const REASONS = ["OFFENSIVE", "ABUSIVE", "SPAM", "BANNED_WORD", "AD", "ILLEGAL_CONTENT", "HARASSMENT_BULLYING",
  "MISINFORMATION", "HATE_SPEECH", "IRRELEVANT_CONTENT", "OTHER"];
const STATUSES = { a: "APPROVED", r: "REJECTED", h: "PENDING" };
const TOKEN = "broadsheet-moderator";

const $ = (id) => document.getElementById(id);
// shown: the id of the comment whose detail stands there, which alone is decided on; deciding: until that is answered.
const state = { queue: "PENDING", nodes: [], at: 0, picked: new Set(), page: null, asked: 0,
  shown: null, deciding: false };

function made(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value);
  }
  element.append(...inside.filter((part) => part !== null && part !== ""));
  return element;
}

const words = (name) => name.toLowerCase().replaceAll("_", " ");
const when = (time) => new Date(time).toLocaleString();
const by = (comment) => comment.author?.displayName ?? "Nobody";

function say(text) { $("said").textContent = text; }

async function ask(query, variables) {
  const answer = await fetch("/graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${sessionStorage.getItem(TOKEN) ?? ""}` },
    body: JSON.stringify({ query, variables }),
  });
  const found = await answer.json().catch(() => ({ errors: [{ message: `The service answered ${answer.status}.` }] }));
  if (found.errors) {
    const { message, extensions } = found.errors[0];
    if (extensions?.code === "UNAUTHENTICATED") leave();
    throw Object.assign(new Error(message), { code: extensions?.code });
  }
  return found.data;
}

// What fails is said, and the page stays as it is.
const trying = (work) => (...given) => work(...given).catch((problem) => say(problem.message));

function leave() {
  sessionStorage.removeItem(TOKEN);
  $("enter").hidden = false;
  document.querySelector("main").hidden = true;
}

const load = trying(async (after = null) => {
  const asked = ++state.asked;
  const { moderationQueue: page } = await ask(QUEUE, { queue: state.queue, after }).catch((problem) => {
    if (problem.code === "FORBIDDEN") leave();  // no moderator; one who may not do one thing stays
    throw problem;
  });
  if (asked !== state.asked) return;
  document.querySelector("main").hidden = false;
  $("enter").hidden = true;
  state.page = page.pageInfo;
  state.nodes = after ? [...state.nodes, ...page.nodes] : page.nodes;
  if (!after) { state.at = 0; state.picked.clear(); }
  $("waiting").textContent = `${page.totalCount} waiting`;
  show();
});

function list() {
  state.at = Math.max(0, Math.min(state.at, state.nodes.length - 1));
  $("list").replaceChildren(...state.nodes.map(item));
  $("more").hidden = !state.page?.hasNextPage;
  $("list").children[state.at]?.scrollIntoView({ block: "nearest" });
}

function show() {
  list();
  const current = state.nodes[state.at];
  if (current) return open(current.id);
  state.shown = null;
  $("one").replaceChildren(made("p", { class: "quiet" }, "Nothing waits here."));
}

function item(comment, n) {
  const flagged = comment.flags.map((flag) => words(flag.reason)).join(", ");
  const why = comment.decisions[0]?.rule ? words(comment.decisions[0].rule) : flagged && `reported: ${flagged}`;
  const picked = state.picked.has(comment.id) ? "✓ " : "";
  return made("li", { "aria-current": n === state.at, onclick: () => { state.at = n; show(); } },
    made("span", { class: "quiet" }, `${picked}${by(comment)} · ${when(comment.createdAt)}`),
    made("p", {}, comment.body ?? ""), why ? made("p", { class: "why" }, why) : null);
}

const open = trying(async (id) => {
  const { comment } = await ask(ONE, { id });
  if (state.nodes[state.at]?.id !== id) return;
  if (comment === null) {
    state.shown = null;
    $("one").replaceChildren();
    return say("This comment is gone.");
  }
  // The same comment drawn again keeps what was typed; another begins without.
  const typed = state.shown === id ? [$("reason")?.value ?? "", $("note")?.value ?? ""] : ["", ""];
  $("one").replaceChildren(...detail(comment));
  [$("reason").value, $("note").value] = typed;
  state.shown = id;
});

function around(comment) {
  const text = comment.placeholder ? `(${words(comment.placeholder)})` : comment.body;
  return made("div", { class: "around" }, made("span", { class: "quiet" }, `${by(comment)} · ${words(comment.status)}`),
    made("div", {}, text ?? ""));
}

function* detail(comment) {
  yield made("h3", {}, made("a", { href: comment.article.url, rel: "noopener noreferrer" }, comment.article.headline));
  if (comment.parent?.parent) yield around(comment.parent.parent);
  if (comment.parent) yield around(comment.parent);
  yield made("p", { class: "words", id: "words" }, comment.body ?? "");
  yield made("p", { class: "quiet" }, `${by(comment)} · ${when(comment.createdAt)} · ${words(comment.status)}`);
  for (const flag of comment.flags) yield made("p", { class: "why" }, `Reported: ${words(flag.reason)}. ${flag.note ?? ""}`);
  yield made("div", { class: "acts" },
    made("button", { type: "button", onclick: () => decide("a") }, "Approve ", made("kbd", {}, "a")),
    made("button", { type: "button", onclick: () => decide("r") }, "Reject ", made("kbd", {}, "r")),
    made("button", { type: "button", onclick: () => decide("h") }, "Hold ", made("kbd", {}, "h")),
    made("select", { id: "reason", "aria-label": "Reason of a rejection" }, made("option", { value: "" }, "no reason"),
      ...REASONS.map((reason) => made("option", { value: reason }, words(reason)))),
    made("input", { id: "note", "aria-label": "Note to the author", placeholder: "Note to the author", maxlength: 1000 }));
  for (const reply of comment.replies.nodes) yield around(reply);
  yield made("div", { class: "record" }, made("h2", {}, "What was decided"),
    ...(comment.decisions.length ? decided(comment.decisions) : [made("p", { class: "quiet" }, "Nothing yet.")]));
  if (comment.author) yield record(comment.author);
}

function decided(decisions) {
  return decisions.map((one) => made("p", { class: "quiet" },
    [words(one.status ?? one.state), one.until && `until ${when(one.until)}`, one.reason && words(one.reason), one.note,
      one.rule ? `rule: ${words(one.rule)}` : one.decidedBy?.displayName, when(one.decidedAt)].filter(Boolean).join(" · ")));
}

function record(author) {
  const until = author.stateUntil ? ` until ${when(author.stateUntil)}` : "";
  const week = () => new Date(Date.now() + 7 * 86_400_000).toISOString();
  const set = (name, to, until = null) => made("button", { type: "button", onclick: () => judge(author.id, to, until?.() ?? null) }, name);
  return made("div", { class: "record" }, made("h2", {}, author.displayName),
    made("p", { class: "quiet" }, `${words(author.role)} · ${author.commentCount} of ${author.comments.totalCount} comments public · ${words(author.state)}${until}`),
    made("div", { class: "acts" }, set("Look first", "PREMODERATED"), set("Suspend a week", "SUSPENDED", week),
      set("Ban", "BANNED"), set("Let be", "ACTIVE")),
    ...decided(author.decisions),
    ...author.comments.nodes.map((one) => made("div", { class: "around" },
      made("span", { class: "quiet" }, `${words(one.status)} · ${when(one.createdAt)} · ${one.article.headline}`),
      made("div", {}, one.body ?? ""))));
}

const decide = trying(async (key) => {
  const current = state.nodes[state.at];
  if (!current || current.id !== state.shown || state.deciding) return;
  state.deciding = true;
  await settle(key, state.picked.size ? [...state.picked] : [current.id]).finally(() => { state.deciding = false; });
});

async function settle(key, ids) {
  const status = STATUSES[key];
  const reason = status === "REJECTED" ? $("reason")?.value || null : null;
  const { moderateComments: done } = await ask(DECIDE, { input: { ids, status, reason, note: $("note")?.value || null } });
  if (done.errors.length) return say(done.errors[0].message);
  say(`${ids.length === 1 ? "One comment" : `${ids.length} comments`}: ${words(status)}.`);
  for (const id of ids) state.picked.delete(id);
  // What is held still waits for somebody, except among what was reported.
  if (status === "PENDING" && state.queue !== "REPORTED") {
    if (ids.includes(state.nodes[state.at]?.id)) state.at += 1;
    return show();
  }
  const gone = new Set(ids);
  // Whoever went on meanwhile stays where they are: what stood above it no longer counts.
  state.at -= state.nodes.slice(0, state.at).filter((node) => gone.has(node.id)).length;
  state.nodes = state.nodes.filter((node) => !gone.has(node.id));
  if (state.nodes.length) show();
  else await load();
}

const judge = trying(async (id, to, until) => {
  const { setCommenterState: done } = await ask(STATE, { input: { id, state: to, until } });
  say(done.errors[0]?.message ?? `Now ${words(to)}.`);
  show();
});

function choose(queue) {
  state.queue = queue;
  for (const button of $("queues").children) button.setAttribute("aria-pressed", button.dataset.queue === queue);
  say("");
  load();
}

const KEYS = {
  j: () => { state.at += 1; show(); },
  k: () => { state.at -= 1; show(); },
  x: () => {
    const id = state.nodes[state.at]?.id;
    if (id && !state.picked.delete(id)) state.picked.add(id);
    list();
  },
  1: () => choose("PENDING"),
  2: () => choose("REPORTED"),
  3: () => choose("UNMODERATED"),
  ...Object.fromEntries(Object.keys(STATUSES).map((key) => [key, () => decide(key)])),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, select, textarea");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});
$("queues").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) choose(button.dataset.queue);
});
$("more").addEventListener("click", () => load(state.page.endCursor));
$("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, $("token").value.trim());
  $("token").value = "";
  say("");
  load();
});

if (sessionStorage.getItem(TOKEN)) load();
else leave();
