// Keeps what goes over the wire while a script runs: node --import ./wire.mjs script. One line of JSON for each
// request in the file that WIRE names: {method, url, body, status, answer}.
import { appendFileSync } from "node:fs";

const { fetch } = globalThis;

globalThis.fetch = async (url, options = {}) => {
  const response = await fetch(url, options);
  const { method = "GET", body = null } = options;
  const answer = await response.clone().json();
  const line = { method, url: String(url), body: body && JSON.parse(body), status: response.status, answer };
  appendFileSync(process.env.WIRE, `${JSON.stringify(line)}\n`);
  return response;
};
