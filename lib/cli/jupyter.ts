import { runJupyter } from "../notebook/jupyter.js";

/* `npm run jupyter`: the notebooks in a real Jupyter, with the kernel of this repository. */
runJupyter(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
