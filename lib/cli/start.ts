/* `npm start`: the report of all notebooks. `npm start -- --update` renews what is committed of it. */
import { main } from "./main.js";

process.exitCode = await main(["report", ...process.argv.slice(2)]);
