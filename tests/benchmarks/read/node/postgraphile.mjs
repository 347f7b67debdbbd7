// PostGraphile on the views and functions of rivals.sql, as for production: no watching, no explorer, no websockets.
// The variables of libpq say where the database is, BENCH_PORT where to listen.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const served = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({ schemas: ["rivals"], pubsub: false, poolConfig: { min: 10, max: 10, options: "-c jit=off" } }),
  ],
  schema: { defaultBehavior: "+list -connection -insert -update -delete" },
  grafserv: { graphqlPath: "/graphql", watch: false, graphiql: false, graphiqlOnGraphQLGET: false, websockets: false },
  grafast: { explain: false },
});
const server = createServer();
await served.createServ(grafserv).addTo(server);
server.listen(Number(process.env.BENCH_PORT), "127.0.0.1");
